-- Rises with every commit that changes a label, source, collection or record: what was read of these under one edition may be given again.
ALTER TABLE head ADD COLUMN edition bigint NOT NULL DEFAULT 0;
