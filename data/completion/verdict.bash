# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# bash completion for verdict: the program itself knows its words (verdict complete).
_verdict() {
	local word i
	local -a store=()

	COMPREPLY=()
	for ((i = 1; i + 1 < COMP_CWORD; i++)); do	# whose TIs are offered
		[[ ${COMP_WORDS[i]} == --store ]] && store=(--store "${COMP_WORDS[i + 1]}")
	done
	while IFS=$'\t' read -r word _; do
		if [[ $word == :files ]]; then
			compopt -o default 2>/dev/null
		else
			printf -v word %q "$word"	# ids come from outside
			COMPREPLY+=("$word")
		fi
	done < <("${COMP_WORDS[0]}" "${store[@]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _verdict verdict
