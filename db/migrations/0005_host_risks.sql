CREATE TABLE "host_risks" (
	"host_id" uuid PRIMARY KEY NOT NULL,
	"risk" real NOT NULL,
	"reasons" jsonb NOT NULL
);
