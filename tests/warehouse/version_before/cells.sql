-- How a cell is cleaned and read. One spelling each, shared by the careful path of the row rules and by staging.
-- Every function answers NULL (or false) where a cell does not parse and never raises, so a dirty cell cannot stop a night.
-- `to_…` and `is_…` expect a cell that `normal` (or `normal_nik`) has been over: accepted rows are in that form already.
-- Not STRICT and of one expression each where possible: that is what lets PostgreSQL inline them into the calling query.

-- White space: what Unicode calls so (no-break, figure and narrow no-break space included), the C0 separators, and U+FEFF.
create or replace function quality.white_space() returns text
language sql immutable parallel safe as $$
    select E'\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007'
        '\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'
$$;

-- Without what nobody sees, Unicode's Default_Ignorable_Code_Point: zero-width space, soft hyphen, direction marks, ...
create or replace function quality.visible(cell text) returns text
language sql immutable parallel safe as $$
    select case
        when octet_length(cell) = length(cell) then cell
        else regexp_replace(
            cell,
            '[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164'
            '\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+',
            '',
            'g'
        )
    end
$$;

-- Without what nobody sees, trimmed, without one leading apostrophe (Excel's text mark), trimmed again; empty is NULL.
create or replace function quality.normal(cell text) returns text
language sql immutable parallel safe as $$
    select nullif(
        btrim(
            case
                when left(btrim(quality.visible(cell), quality.white_space()), 1) = ''''
                    then substr(btrim(quality.visible(cell), quality.white_space()), 2)
                else quality.visible(cell)
            end,
            quality.white_space()
        ),
        ''
    )
$$;

-- As `normal`, and blanks and dots inside are dropped too.
create or replace function quality.normal_nik(cell text) returns text
language sql immutable parallel safe as $$
    select nullif(translate(quality.normal(cell), quality.white_space() || '.', ''), '')
$$;

-- 16 digits: 6 of region, DDMMYY (day + 40 for a woman) that is a date in 1900-2099, a serial other than 0000.
create or replace function quality.is_nik(cell text) returns boolean
language sql immutable parallel safe as $$
    select coalesce(
        cell ~ (
            '^[0-9]{6}'
            '(([04][1-9]|[1256][0-9])(0[1-9]|1[0-2])|[37]0(0[13-9]|1[0-2])|[37]1(0[13578]|1[02]))'
            '[0-9]{6}$'
        )
        and right(cell, 4) <> '0000'
        and not (cell ~ '^[0-9]{6}[26]902' and substr(cell, 11, 2)::int % 4 <> 0),
        false
    )
$$;

-- The form of a valid NIK, as `is_nik` tests it, where it is a run of exactly 16 digits of a longer text.
create or replace function quality.personal_number() returns text
language sql immutable parallel safe as $$
    select '(?<![0-9])[0-9]{6}('
        '([04][1-9]|[15][0-9]|[26][0-8])(0[1-9]|1[0-2])[0-9]{2}'
        '|[26]9(0[13-9]|1[0-2])[0-9]{2}|[26]902([02468][048]|[13579][26])'
        '|[37]0(0[13-9]|1[0-2])[0-9]{2}|[37]1(0[13578]|1[02])[0-9]{2}'
        ')(?!0000)[0-9]{4}(?![0-9])'
$$;

-- Whether a NIK stands in a text that is none.
create or replace function quality.has_personal_number(cell text) returns boolean
language sql immutable parallel safe as $$
    select coalesce(octet_length(cell) > 15 and cell ~ '[0-9]{16}' and cell ~ quality.personal_number(), false)
$$;

-- The text with each NIK in it crossed out: by X, in JSON by 9, which keeps a number a number.
create or replace function quality.masked(cell text, sign text) returns text
language sql immutable parallel safe as $$
    select case
        when quality.has_personal_number(cell)
            then regexp_replace(cell, quality.personal_number(), repeat(sign, 16), 'g')
        else cell
    end
$$;

-- The date, or NULL where the calendar has no such day or it lies outside 1900-2099.
create or replace function quality.day(year int, month int, day int) returns date
language sql immutable parallel safe as $$
    select case
        when year between 1900 and 2099 and month between 1 and 12 and day between 1 and 31
            and extract(month from make_date(year, month, 1) + (day - 1)) = month
            then make_date(year, month, day)
    end
$$;

-- The number of an Indonesian month name, in any case.
create or replace function quality.month_number(name text) returns int
language sql immutable parallel safe as $$
    select array_position(
        array[
            'januari', 'februari', 'maret', 'april', 'mei', 'juni',
            'juli', 'agustus', 'september', 'oktober', 'november', 'desember'
        ],
        lower(name)
    )
$$;

-- 2025-09-09
create or replace function quality.to_date_iso(cell text) returns date
language sql immutable parallel safe as $$
    select case
        when cell ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
            then quality.day(substr(cell, 1, 4)::int, substr(cell, 6, 2)::int, substr(cell, 9, 2)::int)
    end
$$;

-- 09/09/2025, 9/9/2025 or 9 September 2025
create or replace function quality.to_date_id(cell text) returns date
language sql immutable parallel safe as $$
    select case
        when cell ~ '^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}$'
            then quality.day(
                split_part(cell, '/', 3)::int, split_part(cell, '/', 2)::int, split_part(cell, '/', 1)::int
            )
        when cell ~ '^[0-9]{1,2} +[A-Za-z]+ +[0-9]{4}$'
            then quality.day(
                right(cell, 4)::int,
                quality.month_number(substring(cell from '[A-Za-z]+')),
                split_part(cell, ' ', 1)::int
            )
    end
$$;

-- 202509, as the first day of that month
create or replace function quality.to_month_iso(cell text) returns date
language sql immutable parallel safe as $$
    select case
        when cell ~ '^[0-9]{6}$' then quality.day(left(cell, 4)::int, right(cell, 2)::int, 1)
    end
$$;

-- September 2025, as the first day of that month
create or replace function quality.to_month_id(cell text) returns date
language sql immutable parallel safe as $$
    select case
        when cell ~ '^[A-Za-z]+ +[0-9]{4}$'
            then quality.day(right(cell, 4)::int, quality.month_number(split_part(cell, ' ', 1)), 1)
    end
$$;

-- 2025
create or replace function quality.to_year(cell text) returns int
language sql immutable parallel safe as $$
    select case when cell ~ '^(19|20)[0-9]{2}$' then cell::int end
$$;

-- 1234567, 1234567.00: whole, not negative, at most 15 digits
create or replace function quality.to_whole_iso(cell text) returns bigint
language sql immutable parallel safe as $$
    select case when cell ~ '^[0-9]{1,15}(\.0+)?$' then split_part(cell, '.', 1)::bigint end
$$;

-- 1234567, 1.234.567, 1.234.567,00: whole, not negative, at most 15 digits; a group of thousands never starts with a 0
create or replace function quality.to_whole_id(cell text) returns bigint
language sql immutable parallel safe as $$
    select case
        when cell ~ '^([0-9]{1,15}|[1-9][0-9]{0,2}(\.[0-9]{3}){1,4})(,0+)?$'
            then replace(split_part(cell, ',', 1), '.', '')::bigint
    end
$$;

-- 1234.5
create or replace function quality.to_decimal_iso(cell text) returns numeric
language sql immutable parallel safe as $$
    select case when cell ~ '^-?[0-9]{1,15}(\.[0-9]{1,15})?$' then cell::numeric end
$$;

-- 1.234,5 or 1234,5
create or replace function quality.to_decimal_id(cell text) returns numeric
language sql immutable parallel safe as $$
    select case
        when cell ~ '^-?([0-9]{1,15}|[1-9][0-9]{0,2}(\.[0-9]{3}){1,4})(,[0-9]{1,15})?$'
            then replace(replace(cell, '.', ''), ',', '.')::numeric
    end
$$;

-- The number of a month, of its name or of a usual short form of it, Indonesian or English.
create or replace function quality.month_number_loose(word text) returns int
language sql immutable parallel safe as $$
    select case
        when word ~ '^[0-9]{1,2}$' then word::int
        else (
            jsonb '{"jan": 1, "january": 1, "feb": 2, "february": 2, "pebruari": 2, "mar": 3, "mrt": 3, "march": 3,
                "apr": 4, "may": 5, "jun": 6, "june": 6, "jul": 7, "july": 7, "agu": 8, "agt": 8, "ags": 8, "agst": 8,
                "aug": 8, "august": 8, "sep": 9, "sept": 9, "okt": 10, "oct": 10, "october": 10, "nov": 11, "nop": 11,
                "nopember": 11, "des": 12, "dec": 12, "december": 12, "januari": 1, "februari": 2, "maret": 3,
                "april": 4, "mei": 5, "juni": 6, "juli": 7, "agustus": 8, "september": 9, "oktober": 10,
                "november": 11, "desember": 12}' ->> lower(word)
        )::int
    end
$$;

-- A year; of two digits, one from 1931 to 2030.
create or replace function quality.year_loose(digits text) returns int
language sql immutable parallel safe as $$
    select digits::int + case when length(digits) = 4 then 0 when digits::int <= 30 then 2000 else 1900 end
$$;

-- As people type: 9-9-2025, 09.09.25, 9 Sep 2025, Selasa, 9 September 2025, and 2025-09-09T08:00:00Z; the day first.
create or replace function quality.to_date_loose(cell text) returns date
language sql immutable parallel safe as $$
    select case
        when cell ~ '^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$'
            then (
                select quality.day(part[1]::int, part[2]::int, part[3]::int)
                from regexp_match(cell, '^([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})') as found (part)
            )
        when cell ~ (
            '^(([Ss][Ee][Nn][Ii][Nn]|[Ss][Ee][Ll][Aa][Ss][Aa]|[Rr][Aa][Bb][Uu]|[Kk][Aa][Mm][Ii][Ss]|[Jj][Uu][Mm]''?[Aa][Tt]'
            '|[Ss][Aa][Bb][Tt][Uu]|[Mm][Ii][Nn][Gg][Gg][Uu]), *)?'
            '[0-9]{1,2} *[-/. ] *([0-9]{1,2}|[A-Za-z]+)[.]? *[-/. ] *([0-9]{4}|[0-9]{2})( 0?0:00(:00)?)?$'
        )
            then (
                select quality.day(quality.year_loose(part[3]), quality.month_number_loose(part[2]), part[1]::int)
                from regexp_match(
                    cell, '^(?:[A-Za-z'']+, *)?([0-9]{1,2}) *[-/. ] *([0-9]{1,2}|[A-Za-z]+)[.]? *[-/. ] *([0-9]{4}|[0-9]{2})'
                ) as found (part)
            )
    end
$$;

-- As people type: Sep-25, Sept 2025, 09/2025, 2025-09 and 202509, as the first day of that month
create or replace function quality.to_month_loose(cell text) returns date
language sql immutable parallel safe as $$
    select case
        when cell ~ '^[0-9]{4}[-/]?[0-9]{2}$' then quality.day(left(cell, 4)::int, right(cell, 2)::int, 1)
        when cell ~ '^([0-9]{1,2}|[A-Za-z]+)[.]? *[-/'' ] *([0-9]{4}|[0-9]{2})$'
            then (
                select quality.day(quality.year_loose(part[2]), quality.month_number_loose(part[1]), 1)
                from regexp_match(cell, '^([0-9]{1,2}|[A-Za-z]+)[.]? *[-/'' ] *([0-9]{4}|[0-9]{2})$') as found (part)
            )
    end
$$;

create or replace function quality.to_date_en(cell text) returns date
language sql immutable parallel safe as $$
    select quality.to_date_loose(cell)
$$;

create or replace function quality.to_month_en(cell text) returns date
language sql immutable parallel safe as $$
    select quality.to_month_loose(cell)
$$;

-- An amount without Rp or IDR before it and `,-` behind it; a dash alone is nothing, as accountants write.
create or replace function quality.amount(cell text) returns text
language sql immutable parallel safe as $$
    select case
        when cell ~ '^(([Rr][Pp]|IDR)[.]? *)?-$' then '0'
        else regexp_replace(regexp_replace(cell, '^([Rr][Pp]|IDR)[.]? *', ''), '[,.] *-{1,2}$', '')
    end
$$;

-- Rp 1.234.567,- and what to_whole_id reads
create or replace function quality.to_whole_loose(cell text) returns bigint
language sql immutable parallel safe as $$
    select quality.to_whole_id(quality.amount(cell))
$$;

-- 1,234,567.00 and Rp 1,234,567
create or replace function quality.to_whole_en(cell text) returns bigint
language sql immutable parallel safe as $$
    select quality.to_whole_id(translate(quality.amount(cell), ',.', '.,'))
$$;

-- Rp 1.234,5 and 12,5 % (which is 12.5)
create or replace function quality.to_decimal_loose(cell text) returns numeric
language sql immutable parallel safe as $$
    select quality.to_decimal_id(regexp_replace(quality.amount(cell), ' *%$', ''))
$$;

-- 1,234.5 and 12.5 %
create or replace function quality.to_decimal_en(cell text) returns numeric
language sql immutable parallel safe as $$
    select quality.to_decimal_id(translate(regexp_replace(quality.amount(cell), ' *%$', ''), ',.', '.,'))
$$;

-- The JSON value, or NULL where the text is none (IS JSON would need PostgreSQL 16).
create or replace function quality.to_json(cell text) returns jsonb
language plpgsql immutable parallel restricted as $$
begin
    return cell::jsonb;
exception when others then
    return null;
end
$$;
