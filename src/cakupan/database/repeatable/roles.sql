-- How far each login may go: what a reader leaves open or running ends by itself, so that no night waits for it.

alter role cakupan_bi connection limit 50;
alter role cakupan_bi set search_path = marts, latest; -- of a name that both have, the one of all nights
alter role cakupan_bi set default_transaction_read_only = on;
alter role cakupan_bi set statement_timeout = '10min';
alter role cakupan_bi set lock_timeout = '10s';
alter role cakupan_bi set idle_in_transaction_session_timeout = '5min';
alter role cakupan_bi set temp_file_limit = '5GB';

alter role cakupan_auditor connection limit 20;
alter role cakupan_auditor set search_path = marts, latest;
alter role cakupan_auditor set statement_timeout = '1h';
alter role cakupan_auditor set lock_timeout = '1min';
alter role cakupan_auditor set idle_in_transaction_session_timeout = '30min';
alter role cakupan_auditor set temp_file_limit = '20GB';

-- The night's own: longer than any night takes, and not for ever.
alter role cakupan_loader set statement_timeout = '6h';
alter role cakupan_loader set lock_timeout = '1h';
alter role cakupan_loader set idle_in_transaction_session_timeout = '6h';
alter role cakupan_transformer set statement_timeout = '6h';
alter role cakupan_transformer set lock_timeout = '1h';
alter role cakupan_transformer set idle_in_transaction_session_timeout = '6h';
