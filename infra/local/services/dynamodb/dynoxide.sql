-- What is added to an empty database of the embedded DynamoDB (dynoxide 1.2.1, schema version 9) to make
-- dynoxide.sqlite, from which every data folder starts. Without it the stream log has no index and is never
-- trimmed, and a put grows from 1.6 ms to 94 ms by the time the log holds 300,000 records.
--
-- To make the file again, in this folder, after a change here or of the engine's version:
--   rm -f dynoxide.sqlite
--   <binary> serve --host 127.0.0.1 --port 8000 --db-path dynoxide.sqlite   # stop it with ctrl-c once it listens
--   sqlite3 dynoxide.sqlite '.read dynoxide.sql'

PRAGMA journal_mode = DELETE;

-- The engine reads records by the first, describes shards by the second, and is trimmed by the third.
CREATE INDEX stream_sequence ON _stream_records(table_name, CAST(sequence_number AS INTEGER));
CREATE INDEX stream_range    ON _stream_records(table_name, shard_id, sequence_number);
CREATE INDEX stream_age      ON _stream_records(created_at);

-- Sequence numbers of one length, as DynamoDB's are: they sort as text.
CREATE TRIGGER stream_padding AFTER INSERT ON _stream_records BEGIN
  UPDATE _stream_records SET sequence_number = printf('%021d', CAST(NEW.sequence_number AS INTEGER))
   WHERE id = NEW.id;
END;

-- Records live a day, as in DynamoDB. The newest of a table stays whatever its age, because the engine numbers
-- the next record from it. A bounded number at a time keeps the write that triggers this short.
CREATE TRIGGER stream_trimming AFTER INSERT ON _stream_records WHEN NEW.id % 200 = 0 BEGIN
  DELETE FROM _stream_records WHERE id IN (
    SELECT aged.id FROM _stream_records aged
     WHERE aged.created_at < NEW.created_at - 86400
       AND EXISTS (SELECT 1 FROM _stream_records newer
                    WHERE newer.table_name = aged.table_name
                      AND CAST(newer.sequence_number AS INTEGER) > CAST(aged.sequence_number AS INTEGER))
     ORDER BY aged.created_at LIMIT 1000);
END;

-- A table created anew does not continue the stream of the one before it.
CREATE TRIGGER stream_new_table AFTER INSERT ON _tables BEGIN
  DELETE FROM _stream_records WHERE table_name = NEW.table_name;
END;

VACUUM;
