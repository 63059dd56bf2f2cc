CREATE TABLE "accounts" (
	"account_id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"password_hash" text,
	"subject" text,
	"roles" text[] NOT NULL,
	"disabled_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "agents" (
	"agent_id" uuid PRIMARY KEY NOT NULL,
	"host_id" uuid,
	"host" text NOT NULL,
	"public_key" "bytea" NOT NULL,
	"version" text DEFAULT '' NOT NULL,
	"enrolled_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_seen" timestamp with time zone,
	"revoked_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "api_tokens" (
	"token_id" uuid PRIMARY KEY NOT NULL,
	"hash" "bytea" NOT NULL,
	"account_id" uuid NOT NULL,
	"name" text NOT NULL,
	"permissions" text[] NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "enrolment_tokens" (
	"token_id" uuid PRIMARY KEY NOT NULL,
	"hash" "bytea" NOT NULL,
	"note" text NOT NULL,
	"uses" integer NOT NULL,
	"collector" boolean DEFAULT false NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "nonces" (
	"agent_id" uuid NOT NULL,
	"nonce" text NOT NULL,
	"used_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "nonces_agent_id_nonce_pk" PRIMARY KEY("agent_id","nonce")
);
--> statement-breakpoint
CREATE TABLE "one_time_codes" (
	"hash" "bytea" PRIMARY KEY NOT NULL,
	"purpose" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"hash" "bytea" PRIMARY KEY NOT NULL,
	"account_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "alert_cases" (
	"host_id" uuid NOT NULL,
	"alert_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"p" double precision NOT NULL,
	"raised_at" timestamp with time zone NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"label" text,
	"note" text DEFAULT '' NOT NULL,
	"assignee" uuid,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "alert_cases_host_id_alert_id_pk" PRIMARY KEY("host_id","alert_id")
);
--> statement-breakpoint
CREATE TABLE "audit" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"subject" text DEFAULT '' NOT NULL,
	"details" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"id" uuid PRIMARY KEY NOT NULL,
	"target_id" uuid NOT NULL,
	"host_id" uuid NOT NULL,
	"alert_id" uuid NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"delivered_at" timestamp with time zone,
	"last_error" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "export_targets" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"url" text NOT NULL,
	"secret" "bytea",
	"active" boolean DEFAULT true NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "labels" (
	"id" uuid PRIMARY KEY NOT NULL,
	"host_id" uuid NOT NULL,
	"alert_id" uuid NOT NULL,
	"label" text NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reports" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"from" timestamp with time zone NOT NULL,
	"to" timestamp with time zone NOT NULL,
	"state" text NOT NULL,
	"content" jsonb,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "risks" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"entity_class" text NOT NULL,
	"risk" real NOT NULL,
	"hosts" integer NOT NULL,
	"last_seen" timestamp with time zone NOT NULL,
	"reasons" jsonb NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "suppressions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"entity_class" text,
	"host_id" uuid,
	"user_id" uuid,
	"columns" smallint[] NOT NULL,
	"reason" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "unmask_requests" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"reason" text NOT NULL,
	"requested_by" text NOT NULL,
	"requested_at" timestamp with time zone DEFAULT now() NOT NULL,
	"approved_by" text,
	"decided_at" timestamp with time zone,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_account_id_accounts_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("account_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_account_id_accounts_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("account_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_target_id_export_targets_id_fk" FOREIGN KEY ("target_id") REFERENCES "public"."export_targets"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "accounts_by_name" ON "accounts" USING btree ("name");--> statement-breakpoint
CREATE UNIQUE INDEX "accounts_by_subject" ON "accounts" USING btree ("subject");--> statement-breakpoint
CREATE INDEX "agents_by_time" ON "agents" USING btree ("enrolled_at","agent_id");--> statement-breakpoint
CREATE INDEX "agents_by_host" ON "agents" USING btree ("host_id");--> statement-breakpoint
CREATE UNIQUE INDEX "api_tokens_by_hash" ON "api_tokens" USING btree ("hash");--> statement-breakpoint
CREATE INDEX "api_tokens_by_time" ON "api_tokens" USING btree ("created_at","token_id");--> statement-breakpoint
CREATE UNIQUE INDEX "enrolment_tokens_by_hash" ON "enrolment_tokens" USING btree ("hash");--> statement-breakpoint
CREATE INDEX "enrolment_tokens_by_time" ON "enrolment_tokens" USING btree ("created_at","token_id");--> statement-breakpoint
CREATE INDEX "nonces_by_time" ON "nonces" USING btree ("used_at");--> statement-breakpoint
CREATE INDEX "sessions_by_account" ON "sessions" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "alert_cases_alert" ON "alert_cases" USING btree ("alert_id");--> statement-breakpoint
CREATE INDEX "alert_cases_raised" ON "alert_cases" USING btree ("raised_at","alert_id");--> statement-breakpoint
CREATE INDEX "alert_cases_strangest" ON "alert_cases" USING btree ("p","alert_id");--> statement-breakpoint
CREATE INDEX "alert_cases_state" ON "alert_cases" USING btree ("state","raised_at","alert_id");--> statement-breakpoint
CREATE INDEX "alert_cases_state_strangest" ON "alert_cases" USING btree ("state","p","alert_id");--> statement-breakpoint
CREATE INDEX "alert_cases_user" ON "alert_cases" USING btree ("user_id","raised_at","alert_id");--> statement-breakpoint
CREATE INDEX "alert_cases_host" ON "alert_cases" USING btree ("host_id","raised_at","alert_id");--> statement-breakpoint
CREATE INDEX "alert_cases_assignee" ON "alert_cases" USING btree ("assignee","raised_at","alert_id");--> statement-breakpoint
CREATE INDEX "audit_by_time" ON "audit" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "audit_by_action" ON "audit" USING btree ("action","at","id");--> statement-breakpoint
CREATE INDEX "deliveries_by_target" ON "deliveries" USING btree ("target_id","created_at");--> statement-breakpoint
CREATE INDEX "labels_by_alert" ON "labels" USING btree ("alert_id","created_at");--> statement-breakpoint
CREATE INDEX "labels_by_time" ON "labels" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "reports_by_time" ON "reports" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "risks_risk" ON "risks" USING btree ("risk","user_id");--> statement-breakpoint
CREATE INDEX "risks_last_seen" ON "risks" USING btree ("last_seen","user_id");--> statement-breakpoint
CREATE INDEX "risks_class_risk" ON "risks" USING btree ("entity_class","risk","user_id");--> statement-breakpoint
CREATE INDEX "suppressions_by_time" ON "suppressions" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "unmask_requests_by_time" ON "unmask_requests" USING btree ("requested_at","id");
--> statement-breakpoint
-- Lists page by keyset in one direction, so an index carries the whole order: strangest first, ties
-- by the higher raw score, then by key.
DROP INDEX "scores_strangest";--> statement-breakpoint
DROP INDEX "scores_time";--> statement-breakpoint
DROP INDEX "scores_user_time";--> statement-breakpoint
CREATE INDEX "scores_strangest" ON "scores" ("p", (-"score"), "host_id", "window_start", "user_id");--> statement-breakpoint
CREATE INDEX "scores_time" ON "scores" ("window_start", "host_id", "user_id");--> statement-breakpoint
CREATE INDEX "scores_user_time" ON "scores" ("user_id", "window_start", "host_id");--> statement-breakpoint
CREATE INDEX "hosts_name" ON "hosts" ("name", "host_id");--> statement-breakpoint
CREATE INDEX "hosts_last_seen" ON "hosts" ("last_seen", "host_id");--> statement-breakpoint
CREATE UNIQUE INDEX "models_active" ON "models" ("host_id") WHERE "active";--> statement-breakpoint
CREATE INDEX "models_created" ON "models" ("created_at", "model_id");--> statement-breakpoint
CREATE INDEX "job_progress_started" ON "job_progress" ("started_at", "job_id");--> statement-breakpoint
-- An alert is a case from its first moment, and who waits for news (GraphQL subscriptions) hears of
-- it: nobody polls.
CREATE FUNCTION "habit_open_case"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO alert_cases (host_id, alert_id, user_id, p, raised_at)
  VALUES (NEW.host_id, NEW.alert_id, NEW.user_id, NEW.p, NEW.raised_at);
  PERFORM pg_notify('habit_alerts', NEW.alert_id::text);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "alerts_open_case" AFTER INSERT ON "alerts" FOR EACH ROW EXECUTE FUNCTION "habit_open_case"();
--> statement-breakpoint
CREATE FUNCTION "habit_tell_job"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('habit_jobs', NEW.job_id::text);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "jobs_told" AFTER INSERT OR UPDATE ON "job_progress" FOR EACH ROW EXECUTE FUNCTION "habit_tell_job"();
--> statement-breakpoint
CREATE FUNCTION "habit_tell_agent"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('habit_agents', NEW.agent_id::text);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "agents_told" AFTER INSERT OR UPDATE ON "agents" FOR EACH ROW EXECUTE FUNCTION "habit_tell_agent"();
--> statement-breakpoint
-- The trace of what people did is only ever added to; retention deletes whole months.
CREATE FUNCTION "habit_audit_stays"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The audit log is only added to';
END $$;
--> statement-breakpoint
CREATE TRIGGER "audit_stays" BEFORE UPDATE OR TRUNCATE ON "audit" FOR EACH STATEMENT EXECUTE FUNCTION "habit_audit_stays"();
