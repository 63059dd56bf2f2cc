ALTER TABLE "ledger" ADD COLUMN "stored" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "ledger" ADD COLUMN "unscored_from" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "models" ADD COLUMN "stored" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
UPDATE "ledger" SET "stored" = "last_seq" + 1, "unscored_from" = '-infinity';--> statement-breakpoint
UPDATE "models" m SET "stored" = l."stored" FROM "ledger" l WHERE l."host_id" = m."host_id" AND m."active";
