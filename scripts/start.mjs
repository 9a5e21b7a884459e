// `npm start [-- <arguments>]`: Parley in one process, on a machine that has Node and nothing else.
process.argv.splice(2, 0, 'services/embedded/dist/main.js');
await import('./run.mjs');
