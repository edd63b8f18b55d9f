# SPDX-License-Identifier: Apache-2.0
# fish completion for verdict: the program itself knows its words (verdict complete).
function __verdict_words
    set -l token (commandline -ct)
    set -l words (commandline -opc)
    for line in ($words[1] complete -- $words[2..-1] "$token" 2>/dev/null)
        if string match -q ':files*' -- $line
            __fish_complete_path $token
        else
            echo $line
        end
    end
end
complete -c verdict -f -k -a '(__verdict_words)'
