--! breaking-change
-- Money and cover: what lists, reconciliation and refunds look for has an index; a payout knows when the bank was last asked about
-- it; a claim knows the day of its accident, by which the rules of its year count.

-- The refunds of an order, by equality: a range over text would hang on the collation of the database.
create index transfer_refund_idx on transfer (split_part(idem, ':', 2)) where code = 'refund' and pending_of is null;
alter table transfer drop column action_id;

create index payment_order_paid_idx on payment_order (paid_at) where paid_at is not null;
create index payment_event_refused_idx on payment_event (at) where kind in ('paid_differs', 'paid_unknown');
create index payout_settled_idx on payout (settled_at) where state = 'settled';
create index payout_list_idx on payout (created_at, payout_id);
create index payout_batch_list_idx on payout_batch (made_at, batch_id);

alter table payout add column checked_at timestamptz;
comment on column payout.checked_at is 'When the bank was last asked about it: who has waited longest is asked next.';

-- An owner who is no superuser is under row-level security too.
select set_config('gongdun.grants', '{*}', true);
alter table benefit_claim add column accident_day date;
update benefit_claim c set accident_day = coalesce(
  (select ((s.state -> 'data' ->> 'accident_time')::timestamptz at time zone 'Asia/Shanghai')::date
   from case_state s where s.case_id = c.report_case_id),
  (select p.first_day from cover_policy p where p.policy_id = c.policy_id));
alter table benefit_claim alter column accident_day set not null;
comment on column benefit_claim.accident_day is 'The day of the accident in Beijing time; limits of a year count by it.';
create index benefit_claim_policy_idx on benefit_claim (policy_id);
create index benefit_claim_case_idx on benefit_claim (case_id);
