-- These statements turn an empty database of the embedded DynamoDB (dynoxide 1.2.1, schema version 9) into
-- dynoxide.sqlite, which every data folder starts from. Without them the stream log has no index and is never
-- trimmed, and a put slows from 1.6 ms to 94 ms by the time the log holds 300,000 records.
--
-- Make dynoxide.sqlite again, in this folder, after a change of this file or of the engine's version:
--   rm -f dynoxide.sqlite
--   <binary> serve --host 127.0.0.1 --port 8000 --db-path dynoxide.sqlite   # stop it with ctrl-c once it listens
--   sqlite3 dynoxide.sqlite '.read dynoxide.sql'

PRAGMA journal_mode = DELETE;

-- The engine reads records with the first index and describes shards with the second. The trimming uses the third.
CREATE INDEX stream_sequence ON _stream_records(table_name, CAST(sequence_number AS INTEGER));
CREATE INDEX stream_range    ON _stream_records(table_name, shard_id, sequence_number);
CREATE INDEX stream_age      ON _stream_records(created_at);

-- Pads sequence numbers to one length, like those of DynamoDB, so that they sort as text.
CREATE TRIGGER stream_padding AFTER INSERT ON _stream_records BEGIN
  UPDATE _stream_records SET sequence_number = printf('%021d', CAST(NEW.sequence_number AS INTEGER))
   WHERE id = NEW.id;
END;

-- Trims records after a day, as DynamoDB does. The newest record of a table is kept whatever its age, because the
-- engine derives the next number from it. The limit keeps the write that triggers the trimming short.
CREATE TRIGGER stream_trimming AFTER INSERT ON _stream_records WHEN NEW.id % 200 = 0 BEGIN
  DELETE FROM _stream_records WHERE id IN (
    SELECT aged.id FROM _stream_records aged
     WHERE aged.created_at < NEW.created_at - 86400
       AND EXISTS (SELECT 1 FROM _stream_records newer
                    WHERE newer.table_name = aged.table_name
                      AND CAST(newer.sequence_number AS INTEGER) > CAST(aged.sequence_number AS INTEGER))
     ORDER BY aged.created_at LIMIT 1000);
END;

-- A table that is created again does not continue the stream of the earlier table.
CREATE TRIGGER stream_new_table AFTER INSERT ON _tables BEGIN
  DELETE FROM _stream_records WHERE table_name = NEW.table_name;
END;

VACUUM;
