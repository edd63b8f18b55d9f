# SPDX-License-Identifier: Apache-2.0
# fish completion for verdictd: the program itself knows its words (verdictd complete).
function __verdictd_words
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
complete -c verdictd -f -k -a '(__verdictd_words)'
