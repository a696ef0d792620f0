update contacts set email = 'renamed.' || email, updated_at = now() where id % 65 = 0;
update orders set status = 'shipped', note = 'Left at the door', updated_at = now() where order_no % 300 = 0;
insert into contacts
select 80000 + n, md5('contact' || 80000 + n)::uuid, 'New', 'Customer', 'new' || n || '@example.com', null, null, null, 'Berlin', 'DE', 1, '{}', '{}',
       true, now(), now()
from generate_series(1, 250) n;
