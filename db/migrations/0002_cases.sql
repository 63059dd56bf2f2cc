ALTER TABLE "deliveries" ADD COLUMN "next_attempt" timestamp with time zone DEFAULT now();--> statement-breakpoint
CREATE INDEX "deliveries_due" ON "deliveries" USING btree ("next_attempt") WHERE next_attempt is not null;--> statement-breakpoint
-- The suppression that fits an alert, if any: every condition that it states must hold.
CREATE FUNCTION "habit_suppression"("host" uuid, "person" uuid, "class" text, "top_column" smallint, "moment" timestamptz)
RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT id FROM suppressions s
  WHERE s.ended_at IS NULL AND s.expires_at > moment
    AND (s.host_id IS NULL OR s.host_id = host)
    AND (s.user_id IS NULL OR s.user_id = person)
    AND (s.entity_class IS NULL OR s.entity_class = class)
    AND (cardinality(s.columns) = 0 OR top_column = ANY (s.columns))
  ORDER BY s.created_at
  LIMIT 1
$$;
--> statement-breakpoint
-- An alert is a case from its first moment: suppressed where a suppression fits, else open, told to
-- who listens, and due at every target of the export.
CREATE OR REPLACE FUNCTION "habit_open_case"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  person_class text := (SELECT entity_class FROM users WHERE host_id = NEW.host_id AND user_id = NEW.user_id);
  top_column smallint := (SELECT top_columns[1] FROM scores WHERE host_id = NEW.host_id
    AND window_start = NEW.window_start AND user_id = NEW.user_id);
  fits uuid := habit_suppression(NEW.host_id, NEW.user_id, person_class, top_column, NEW.raised_at);
BEGIN
  INSERT INTO alert_cases (host_id, alert_id, user_id, p, raised_at, state, note)
  VALUES (NEW.host_id, NEW.alert_id, NEW.user_id, NEW.p, NEW.raised_at,
    CASE WHEN fits IS NULL THEN 'open' ELSE 'suppressed' END,
    CASE WHEN fits IS NULL THEN '' ELSE 'By suppression ' || fits END);
  IF fits IS NULL THEN
    PERFORM pg_notify('habit_alerts', NEW.alert_id::text);
    INSERT INTO deliveries (id, target_id, host_id, alert_id)
    SELECT gen_random_uuid(), t.id, NEW.host_id, NEW.alert_id FROM export_targets t WHERE t.active;
  END IF;
  RETURN NULL;
END $$;
