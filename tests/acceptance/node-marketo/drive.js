// Calls node-marketo-rest as told: a line of JSON in, a line of JSON out; what the client itself prints goes between.
const readline = require("node:readline");
const Marketo = require("node-marketo-rest");

const [endpoint, clientId, clientSecret] = process.argv.slice(2);
const client = new Marketo({
  endpoint: `${endpoint}/rest`,
  identity: `${endpoint}/identity`,
  clientId,
  clientSecret,
  retry: { initialDelay: 10, maxDelay: 20 },
});

const methods = () => {
  const found = [];
  for (const [name, part] of Object.entries(client)) {
    if (name.startsWith("_") || !part || typeof part !== "object") continue;
    for (const method of Object.keys(Object.getPrototypeOf(part))) found.push(`${name}.${method}`);
  }
  return [...found, ...Object.keys(Object.getPrototypeOf(client)).map((name) => `client.${name}`)];
};

const streamed = (stream) =>
  new Promise((resolve, reject) => {
    const rows = [];
    stream.on("data", (row) => rows.push(row)).on("end", () => resolve(rows)).on("error", reject);
  });

const answer = async ({ object, method, args }) => {
  if (method === "methods") return methods();
  if (method === "streamify") return streamed(client.streamify(...args));
  const part = object === "client" ? client : client[object];
  return part[method](...args);
};

readline.createInterface({ input: process.stdin }).on("line", async (line) => {
  let told;
  try {
    told = { answer: (await answer(JSON.parse(line))) ?? null };
  } catch (error) {
    told = { error: error.message || "", errors: error.errors || [] };
  }
  process.stdout.write(`\n=> ${JSON.stringify(told)}\n`);
});
