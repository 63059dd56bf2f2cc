/** A server of its own process, to be killed: embedded Postgres and ingest. Prints its address. */
import { startEmbedded } from "@/db/embedded.ts";
import { openDatabase } from "@/db/open.ts";
import { HttpError } from "@/server/http/responses.ts";
import { createIngest } from "@/server/ingest.ts";

const cluster = await startEmbedded(Deno.args[0]);
const database = await openDatabase(cluster.url);
const ingest = createIngest(database);
Deno.serve({
  port: 0,
  hostname: "127.0.0.1",
  onListen: ({ port }) => console.log(`http://127.0.0.1:${port}`),
}, async (request) => {
  try {
    return await ingest(request, {});
  } catch (error) {
    return error instanceof HttpError ? error.response() : new Response(null, { status: 500 });
  }
});
