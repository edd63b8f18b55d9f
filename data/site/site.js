// SPDX-License-Identifier: Apache-2.0
// Narrows the matrix, and keeps the floor fresh. Without it the pages tell the same.
"use strict";

(function () {
	const form = document.getElementById("narrow"), table = document.getElementById("matrix");
	if (!form || !table)
		return;
	const field = (name) => document.getElementById("by-" + name);
	const names = ["text", "track", "profile", "country"];
	const [profiles, actors] = table.tHead.rows;
	const rows = Array.from(table.tBodies[0].rows, (row) => ({
		row,
		text: row.cells[0].textContent.toLowerCase(),
		country: row.dataset.c,
		cells: Array.from(row.cells).slice(1),
	}));
	const groups = Array.from(profiles.cells).slice(1).map((head) => ({ head, size: head.colSpan }));
	const columns = [];
	for (const group of groups)
		for (let i = 0; i < group.size; i++) {
			const head = actors.cells[columns.length];
			columns.push({ head, group, profile: group.head.textContent,
				text: (group.head.textContent + " " + head.textContent).toLowerCase() });
		}

	function meets(cell, track) {
		return cell.dataset.t !== undefined && (track === "" || (BigInt("0x" + cell.dataset.t) >> BigInt(track)) & 1n);
	}

	function apply() {
		const want = {};
		for (const name of names)
			want[name] = field(name).value.trim();
		const text = want.text.toLowerCase();
		const inRow = text !== "" && rows.some((r) => r.text.includes(text));
		const inColumn = (c) => (want.profile === "" || c.profile === want.profile) &&
			(text === "" || inRow || c.text.includes(text));
		const inRows = (r) => (want.country === "" || r.country === want.country) && (!inRow || r.text.includes(text));
		const open = columns.map(inColumn), used = columns.map(() => false);
		let shown = 0;
		for (const r of rows) {
			const hits = r.cells.map((cell, i) => open[i] && meets(cell, want.track));
			r.row.hidden = !inRows(r) || !hits.includes(true);
			if (r.row.hidden)
				continue;
			shown++;
			hits.forEach((hit, i) => { if (hit) used[i] = true; });
		}
		for (const g of groups)
			g.left = 0;
		columns.forEach((c, i) => {
			c.head.hidden = !used[i];
			c.group.left += used[i] ? 1 : 0;
			for (const r of rows) {
				r.cells[i].hidden = !used[i];
				r.cells[i].classList.toggle("off", r.cells[i].dataset.t !== undefined && !meets(r.cells[i], want.track));
			}
		});
		for (const g of groups) {
			g.head.hidden = g.left === 0;
			if (g.left)
				g.head.colSpan = g.left;
		}
		document.getElementById("shown").textContent = shown === 0 ? form.dataset.none
			: form.dataset.shown.replace("{1}", shown).replace("{2}", rows.length);
		return want;
	}

	function remember(want) {
		const q = new URLSearchParams();
		for (const name of names)
			if (want[name])
				q.set(name, want[name]);
		history.replaceState(null, "", q.size ? "#" + q : location.pathname + location.search);
	}

	const given = new URLSearchParams(location.hash.slice(1));
	for (const name of names)
		if (given.has(name))
			field(name).value = given.get(name);
	form.hidden = false;
	form.addEventListener("input", () => remember(apply()));
	document.getElementById("all").addEventListener("click", () => {
		for (const name of names)
			field(name).value = "";
		remember(apply());
	});
	apply();
})();

(function () {
	if (!document.getElementById("board"))
		return;
	async function fresh() {
		try {
			const answer = await fetch(location.href, { cache: "no-cache" });
			const page = new DOMParser().parseFromString(await answer.text(), "text/html");
			const board = page.getElementById("board");
			if (answer.ok && board)
				document.getElementById("board").replaceChildren(...board.childNodes);
		} catch {
			// the numbers tell as of when they are; the next turn asks again
		}
	}
	setInterval(fresh, 10000);
})();
