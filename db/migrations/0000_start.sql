CREATE TABLE "alerts" (
	"host_id" uuid NOT NULL,
	"alert_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"window_start" timestamp with time zone NOT NULL,
	"p" double precision NOT NULL,
	"score" real NOT NULL,
	"raised_at" timestamp with time zone NOT NULL,
	CONSTRAINT "alerts_host_id_alert_id_pk" PRIMARY KEY("host_id","alert_id")
);
--> statement-breakpoint
CREATE TABLE "baselines" (
	"host_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"feature" smallint NOT NULL,
	"windows" integer NOT NULL,
	"active_share" real NOT NULL,
	"median" real NOT NULL,
	"iqr" real NOT NULL,
	"p95" real NOT NULL,
	"p99" real NOT NULL,
	"trained_from" timestamp with time zone NOT NULL,
	"trained_to" timestamp with time zone NOT NULL,
	CONSTRAINT "baselines_host_id_user_id_feature_pk" PRIMARY KEY("host_id","user_id","feature")
);
--> statement-breakpoint
CREATE TABLE "hosts" (
	"host_id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"agent_id" uuid,
	"criticality" real DEFAULT 1 NOT NULL,
	"offset_minutes" smallint DEFAULT 0 NOT NULL,
	"first_seen" timestamp with time zone NOT NULL,
	"last_seen" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "job_progress" (
	"job_id" uuid PRIMARY KEY NOT NULL,
	"queue" text NOT NULL,
	"done" integer NOT NULL,
	"total" integer NOT NULL,
	"message" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "ledger" (
	"host_id" uuid PRIMARY KEY NOT NULL,
	"epoch" uuid NOT NULL,
	"last_seq" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "models" (
	"host_id" uuid NOT NULL,
	"model_id" uuid NOT NULL,
	"pooled" boolean NOT NULL,
	"windows" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	"figures" jsonb NOT NULL,
	"trained_from" timestamp with time zone NOT NULL,
	"trained_to" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"active" boolean NOT NULL,
	CONSTRAINT "models_host_id_model_id_pk" PRIMARY KEY("host_id","model_id")
);
--> statement-breakpoint
CREATE TABLE "scores" (
	"host_id" uuid NOT NULL,
	"window_start" timestamp with time zone NOT NULL,
	"user_id" uuid NOT NULL,
	"model_id" uuid NOT NULL,
	"score" real NOT NULL,
	"p" double precision NOT NULL,
	"confidence" real NOT NULL,
	"top_columns" smallint[] NOT NULL,
	"top_shares" real[] NOT NULL,
	"top_low" real[] NOT NULL,
	"top_high" real[] NOT NULL,
	CONSTRAINT "scores_host_id_window_start_user_id_pk" PRIMARY KEY("host_id","window_start","user_id")
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"name" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"host_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"entity_class" text NOT NULL,
	"sealed_name" "bytea" NOT NULL,
	"first_seen" timestamp with time zone NOT NULL,
	"last_seen" timestamp with time zone NOT NULL,
	CONSTRAINT "users_host_id_user_id_pk" PRIMARY KEY("host_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "vectors" (
	"host_id" uuid NOT NULL,
	"window_start" timestamp with time zone NOT NULL,
	"user_id" uuid NOT NULL,
	"seq" bigint NOT NULL,
	"offset_minutes" smallint NOT NULL,
	"events" integer NOT NULL,
	"channels" integer NOT NULL,
	"values" "bytea" NOT NULL,
	CONSTRAINT "vectors_host_id_window_start_user_id_pk" PRIMARY KEY("host_id","window_start","user_id")
) PARTITION BY RANGE ("window_start");
--> statement-breakpoint
CREATE INDEX "alerts_raised" ON "alerts" USING btree ("raised_at" DESC NULLS LAST,"alert_id");--> statement-breakpoint
CREATE INDEX "scores_user_time" ON "scores" USING btree ("user_id","window_start");--> statement-breakpoint
CREATE INDEX "scores_strangest" ON "scores" USING btree ("p","score" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "scores_time" ON "scores" USING btree ("window_start","p");--> statement-breakpoint
CREATE INDEX "users_user" ON "users" USING btree ("user_id");--> statement-breakpoint
ALTER TABLE "vectors" ALTER COLUMN "values" SET STORAGE EXTERNAL;--> statement-breakpoint
CREATE TABLE "vectors_default" PARTITION OF "vectors" DEFAULT;--> statement-breakpoint
CREATE FUNCTION "make_vector_partition"("day" timestamptz) RETURNS void LANGUAGE plpgsql AS $$
-- Makes the partition of the week that a day lies in, where it is not there yet.
DECLARE
	week timestamptz := date_trunc('week', day AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
	partition_name text := 'vectors_' || to_char(week AT TIME ZONE 'UTC', 'YYYY_MM_DD');
BEGIN
	IF to_regclass(partition_name) IS NOT NULL THEN RETURN; END IF;
	PERFORM pg_advisory_xact_lock(hashtext('make_vector_partition'));
	EXECUTE format(
		'CREATE TABLE IF NOT EXISTS %I PARTITION OF vectors FOR VALUES FROM (%L) TO (%L)',
		partition_name, week, week + interval '7 days');
END $$;
