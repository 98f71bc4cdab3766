// Prints how many milliseconds a process that has loaded nothing yet takes to import and load a module.
// node load-module.mjs MODULE.js

const start = performance.now();
const { load } = await import(process.argv[2]);
await load();
process.stdout.write(String(performance.now() - start));
