// Serves the Bot API emulator on the port given, until its input is closed.
// The emulator sends no secret token and takes any webhook address: the test puts both right in between.
const TelegramServer = require("telegram-test-api");
const server = new TelegramServer({ port: Number(process.argv[2]), host: "127.0.0.1" });
server.start().then(() => console.log("ready"));
process.stdin.on("close", () => process.exit(0));
process.stdin.resume();
