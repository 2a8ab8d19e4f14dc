-- Who is erased leaves no former number behind either.

grant select on phone_change to gongdun_eraser;
grant update (old_phone_sealed, new_phone_sealed, state, ended_at) on phone_change to gongdun_eraser;
