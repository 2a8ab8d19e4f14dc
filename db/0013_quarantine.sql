-- What waits for a scanner is found without looking through all files.

create index file_quarantined_idx on file (at) where state = 'quarantined';
