/**
 * Settings of drizzle-kit: `deno task migration NAME` writes the next migration.
 * @module
 */
export default {
  dialect: "postgresql",
  schema: ["./db/schema.ts", "./db/control/access.ts", "./db/control/casework.ts"],
  out: "./db/migrations",
};
