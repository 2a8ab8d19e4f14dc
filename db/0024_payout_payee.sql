-- Several people are paid for one claim: a line each, and each of them once.

alter table payout add column payee smallint;
alter table payout add constraint payout_payee_check check (payee between 1 and 99);
comment on column payout.payee is 'Which of several payees of the case this is, counted from 1; null where the case pays one.';
create unique index payout_payee_once_key on payout (case_id, step, payee)
  where payee is not null and state in ('drafted', 'batched', 'submitted', 'unknown', 'settled');
