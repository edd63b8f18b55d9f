# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# bash completion for verdictd: the program itself knows its words (verdictd complete).
_verdictd() {
	local word

	COMPREPLY=()
	while IFS=$'\t' read -r word _; do
		if [[ $word == :files ]]; then
			compopt -o default 2>/dev/null
		else
			printf -v word %q "$word"
			COMPREPLY+=("$word")
		fi
	done < <("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _verdictd verdictd
