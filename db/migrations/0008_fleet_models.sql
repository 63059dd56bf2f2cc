CREATE TABLE "fleet_models" (
	"fleet_id" uuid PRIMARY KEY NOT NULL,
	"hosts" integer NOT NULL,
	"windows" integer NOT NULL,
	"stored" bigint NOT NULL,
	"bytes" "bytea" NOT NULL,
	"figures" jsonb NOT NULL,
	"trained_from" timestamp with time zone NOT NULL,
	"trained_to" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"active" boolean NOT NULL
);
--> statement-breakpoint
ALTER TABLE "models" ADD COLUMN "fleet_id" uuid;--> statement-breakpoint
CREATE UNIQUE INDEX "fleet_models_active" ON "fleet_models" USING btree ("active") WHERE active;