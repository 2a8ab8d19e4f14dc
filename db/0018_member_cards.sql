-- Membership cards: the number stays, each issue has a serial, and only the newest is valid.

alter table membership add column card_serial int not null default 1 check (card_serial between 1 and 10000);
alter table membership add column card_since timestamptz;
