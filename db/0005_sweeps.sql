-- What nobody needs any more is deleted by age: sessions a month past their end, codes after a day. The rights for that, and an
-- index by which old sessions are found; requests already have theirs.

grant delete on session, sms_code to gongdun_app;
create index session_expires_idx on session (expires_at);
create index sms_code_issued_idx on sms_code using brin (issued_at);
create index file_unclaimed_idx on file (at) where case_id is null and state = 'clean';
