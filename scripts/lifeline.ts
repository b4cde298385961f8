/**
 * Loaded into Wrangler before its own code. Its stdin is a pipe from the process that started it: when that one
 * is gone, even killed, the pipe closes, and the whole process group goes with it.
 */
process.stdin.on('close', () => process.kill(0, 'SIGKILL'));
process.stdin.resume();
