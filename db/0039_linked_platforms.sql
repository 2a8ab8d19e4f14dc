-- Auto-renewal by the first order of a day listens to the platforms that the rider chose.

alter table renewal_mandate add column platforms text[] not null default '{}';
comment on column renewal_mandate.platforms is 'Whose orders count, by the names of the form; empty: whoever tells of orders.';
