CREATE TABLE "sketches" (
	"host_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"windows" integer NOT NULL,
	"hours" integer[] NOT NULL,
	"bytes" "bytea" NOT NULL,
	"counted_from" timestamp with time zone NOT NULL,
	"counted_to" timestamp with time zone NOT NULL,
	CONSTRAINT "sketches_host_id_user_id_pk" PRIMARY KEY("host_id","user_id")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "alerts_window" ON "alerts" USING btree ("host_id","window_start","user_id");--> statement-breakpoint
CREATE OR REPLACE FUNCTION "make_vector_partition"("day" timestamptz) RETURNS void LANGUAGE plpgsql AS $$
-- Makes the partition of the week that a day lies in, where it is not there yet. It is filled from
-- the default partition before it is attached: a clock that once ran ahead must not stop its week.
DECLARE
	week timestamptz := date_trunc('week', day AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
	partition_name text := 'vectors_' || to_char(week AT TIME ZONE 'UTC', 'YYYY_MM_DD');
BEGIN
	IF to_regclass(partition_name) IS NOT NULL THEN RETURN; END IF;
	PERFORM pg_advisory_xact_lock(hashtext('make_vector_partition'));
	-- Asked of the table itself: the cache behind to_regclass may be from before the wait.
	IF EXISTS (SELECT FROM pg_class WHERE relname = partition_name) THEN RETURN; END IF;
	EXECUTE format('CREATE TABLE %I (LIKE vectors INCLUDING ALL)', partition_name);
	EXECUTE format(
		'WITH moved AS (DELETE FROM vectors_default WHERE window_start >= %L AND window_start < %L RETURNING *)
		INSERT INTO %I SELECT * FROM moved', week, week + interval '7 days', partition_name);
	EXECUTE format('ALTER TABLE vectors ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
		partition_name, week, week + interval '7 days');
END $$;
--> statement-breakpoint
CREATE FUNCTION "drop_vector_partitions"("before" timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
-- Drops the weeks that end at or before a moment; older rows of the default partition go by DELETE.
DECLARE
	partition_name text;
	dropped integer := 0;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtext('make_vector_partition'));
	FOR partition_name IN
		SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
		WHERE i.inhparent = 'vectors'::regclass AND c.relname ~ '^vectors_\d{4}_\d\d_\d\d$'
			AND (to_date(right(c.relname, 10), 'YYYY_MM_DD') + 7)::timestamp AT TIME ZONE 'UTC' <= before
	LOOP
		EXECUTE format('DROP TABLE %I', partition_name);
		dropped := dropped + 1;
	END LOOP;
	DELETE FROM vectors_default WHERE window_start < before;
	RETURN dropped;
END $$;
