// SPDX-License-Identifier: Apache-2.0
// The first sync of the same documents by PouchDB from express-pouchdb, as a peer; run by hub.sh.
//   node pouch.js serve DIR FILE    serves the lines of FILE as documents, prints "port N" and then "ready"
//   node pouch.js pull URL DIR      replicates them into DIR, prints "pull_ms N" and "docs N"
'use strict';
const fs = require('fs');
const path = require('path');
const modules = process.env.POUCH_MODULES;
const need = (name) => require(path.join(modules, 'node_modules', name));
const PouchDB = need('pouchdb');

async function serve(dir, file) {
	const Local = PouchDB.defaults({ prefix: dir + '/' });
	const db = new Local('event');
	const lines = fs.readFileSync(file, 'utf8').split('\n').filter(Boolean);
	for (let at = 0; at < lines.length; at += 2000)
		await db.bulkDocs(lines.slice(at, at + 2000).map((line, i) => ({ _id: String(at + i), body: JSON.parse(line) })));
	const app = need('express')();
	app.use('/', need('express-pouchdb')(Local, { mode: 'minimumForPouchDB', logPath: dir + '/log', inMemoryConfig: true }));
	const server = app.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port + '\nready'));
}

async function pull(url, dir) {
	const Local = PouchDB.defaults({ prefix: dir + '/' });
	const db = new Local('console');
	const before = process.hrtime.bigint();
	const result = await db.replicate.from(url + '/event', { batch_size: 2000, batches_limit: 4 });
	console.log('pull_ms ' + Number(process.hrtime.bigint() - before) / 1e6 + '\ndocs ' + result.docs_written);
}

const [mode, a, b] = process.argv.slice(2);
(mode === 'serve' ? serve(a, b) : pull(a, b)).catch((e) => { console.error(e); process.exit(1); });
