-- What the fixed relations and their columns are, in Indonesian and English, for whoever looks at them with a tool.
-- A column that means the same everywhere is told once, by its name; `relation.column` tells of one alone.
do $$
declare
    told constant jsonb := $json$ {
        "identity.membership": ["Satu baris per nomor kepesertaan (KPJ).", "One row per membership number (KPJ)."],
        "identity.registered": ["Validasi yang NIK dan KPJ-nya sudah diberi kunci.", "Validations whose NIK and KPJ have their keys."],
        "identity.worker": ["Satu baris per NIK.", "One row per NIK."],
        "ledger.asked": ["Kiriman yang sudah selesai ditanyakan untuk suatu malam.", "Feeds that are done for a night."],
        "ledger.build": ["Run yang sedang dibangun; satu baris.", "The run being built; one row."],
        "ledger.checkpoint": ["Titik periksa catatan yang ditandatangani.", "Signed checkpoints of the record."],
        "ledger.city": ["Kiriman siapa yang dipegang instalasi ini.", "Whose deliveries this installation holds."],
        "ledger.correction": ["Kiriman yang dibuat dari kiriman lama dan baris yang diperbaiki kantornya.", "Deliveries made of an earlier one and of rows that its office mended."],
        "ledger.current_validation": ["Validasi terbaru tiap kiriman.", "The newest validation of each delivery."],
        "ledger.delivery": ["Satu baris per kiriman yang diarsipkan.", "One row per archived delivery."],
        "ledger.dropped_landing": ["Kiriman yang barisnya dihapus dari landing karena tidak ada malam yang memerlukannya.", "Deliveries whose landed rows were dropped because no night rests on them."],
        "ledger.entry": ["Catatan: hanya bertambah, dan disegel.", "The record: it only grows, and is sealed."],
        "ledger.failure": ["Tugas yang gagal untuk seterusnya.", "Tasks that failed for good."],
        "ledger.feed": ["Kiriman sebagaimana dideklarasikan.", "Feeds as declared."],
        "ledger.ignored": ["Berkas di tempat kiriman yang tidak diambil.", "Files where deliveries lie that were not taken."],
        "ledger.landing": ["Hasil membaca tiap kiriman.", "What reading each delivery came to."],
        "ledger.migration": ["Perubahan skema yang sudah diterapkan.", "Changes of the schema that were applied."],
        "ledger.notification": ["Pesan yang dibuat, dan apa jadinya.", "Messages that were made, and what became of them."],
        "ledger.publication": ["Setiap penerbitan suatu malam; hanya bertambah.", "Every publication of a night; it only grows."],
        "ledger.published": ["Run yang dilihat pembaca untuk tiap malam.", "The run that readers see for each night."],
        "ledger.reference": ["Data acuan mana yang dimuat.", "Which reference data is loaded."],
        "ledger.row_reference_key": ["Kunci pengganti alamat baris yang dilihat pembaca.", "The key of the references that readers see in place of addresses."],
        "ledger.run": ["Satu baris per upaya membangun suatu malam.", "One row per attempt to build a night."],
        "ledger.run_input": ["Kiriman yang menjadi dasar tiap run.", "The deliveries each run rests on."],
        "ledger.seen": ["Berkas lama dan rupanya saat dibaca.", "Old files and how they looked when they were read."],
        "ledger.validation": ["Satu baris per validasi kiriman; tidak pernah diubah.", "One row per validation of a delivery; never changed."],
        "quality.dropped_funding_source": ["Sumber dana pada baris landing yang sudah dihapus.", "Sources of funds on landed rows that were dropped."],
        "quality.remark": ["Hal yang terlihat pada suatu kiriman dan tidak menahannya.", "What was noticed of a delivery and holds nothing."],
        "quality.rule_result": ["Hasil tiap aturan pada tiap validasi.", "The result of each rule in each validation."],

        "actual_idr": ["Jumlah yang ditemukan, rupiah.", "The amount found, rupiah."],
        "accepted_rows": ["Baris yang diterima.", "Rows accepted."],
        "added_at": ["Kapan ditambahkan.", "When it was added."],
        "agency": ["Lembaga pengirim.", "Agency that delivers."],
        "amount_idr": ["Rupiah yang bersangkutan.", "Rupiah in question."],
        "applied_at": ["Kapan diterapkan.", "When it was applied."],
        "as_of_date": ["Tanggal data malam itu.", "Business date of the night."],
        "asked_at": ["Kapan ditanyakan.", "When it was asked."],
        "body": ["Isi catatan, sebagaimana disegel.", "The entry's text, as it is sealed."],
        "born_on": ["Tanggal lahir yang terbaca dari NIK.", "Birth date that the NIK spells."],
        "business_date": ["Tanggal data kiriman.", "Business date of the delivery."],
        "by_whom": ["Siapa yang melakukannya.", "Who did it."],
        "cadence": ["Irama: snapshot, increment, occasional.", "Cadence: snapshot, increment, occasional."],
        "checked_rows": ["Baris yang diperiksa.", "Rows that were checked."],
        "column_name": ["Kolom kiriman.", "Column of the feed."],
        "corrected_at": ["Kapan diperbaiki.", "When it was corrected."],
        "corrects": ["Kiriman yang diperbaiki.", "The delivery that is corrected."],
        "declaration": ["Deklarasi yang dipakai membaca.", "The declaration it was read by."],
        "delivered_rows": ["Baris yang dikirim.", "Rows delivered."],
        "delivery_id": ["Nomor kiriman.", "Number of the delivery."],
        "delivery_status": ["ACCEPTED, REJECTED, HELD.", "ACCEPTED, REJECTED, HELD."],
        "detail": ["Apa yang terjadi dengannya.", "What became of it."],
        "detail_en": ["Yang terlihat, dalam bahasa Inggris.", "What was noticed, in English."],
        "detail_id": ["Yang terlihat, dalam bahasa Indonesia.", "What was noticed, in Indonesian."],
        "dropped_at": ["Kapan dihapus.", "When it was dropped."],
        "duplicate_rows": ["Ulangan dari baris lain.", "Repeats of other rows."],
        "entry_no": ["Nomor urut catatan.", "Number of the entry."],
        "expectation": ["Ekspektasi Great Expectations.", "The expectation of Great Expectations."],
        "expected_idr": ["Jumlah yang seharusnya, rupiah.", "The amount that it should have been, rupiah."],
        "extra_columns": ["Kolom yang dikirim dan tidak dideklarasikan.", "Columns that were delivered and not declared."],
        "failed_at": ["Kapan gagal.", "When it failed."],
        "failed_rows": ["Baris yang melanggar.", "Rows that break it."],
        "feed": ["Nama kiriman.", "Feed."],
        "file_name": ["Berkas pesan di outbox.", "The message's file in the outbox."],
        "fingerprint": ["Rupa berkas saat dibaca: ukuran dan waktunya.", "How the file looked when it was read: size and time."],
        "finished_at": ["Kapan selesai.", "When it ended."],
        "first_seen_at": ["Kapan pertama terlihat.", "When it was first seen."],
        "held_until": ["Sampai kapan run menahan giliran.", "Until when the run holds its turn."],
        "kind": ["Jenis catatan.", "Kind of entry."],
        "kpj": ["Nomor kepesertaan.", "Membership number."],
        "landed_again_at": ["Kapan dimuat lagi.", "When it was landed again."],
        "landed_at": ["Kapan dibaca.", "When it was read."],
        "landed_rows": ["Baris yang terbaca.", "Rows that were read."],
        "last_seen_at": ["Kapan terakhir terlihat.", "When it was last seen."],
        "loaded_at": ["Kapan dimuat.", "When it was loaded."],
        "median_on": ["Tanggal tengah isi kiriman.", "The middle date of what the delivery holds."],
        "membership_key": ["Nama samaran berkunci nomor kepesertaan.", "Keyed pseudonym of the membership number."],
        "mended_rows": ["Baris yang diperbaiki.", "Rows that were mended."],
        "message": ["Apa yang terjadi.", "What happened."],
        "migration_no": ["Nomor urut perubahan.", "Number of the migration."],
        "missing_columns": ["Kolom yang dideklarasikan dan tidak dikirim.", "Columns that were declared and not delivered."],
        "name": ["Nama.", "Name."],
        "nik": ["Nomor induk kependudukan.", "National identity number."],
        "note": ["Titik periksa dengan tanda tangannya.", "The checkpoint with its signatures."],
        "noted_at": ["Kapan dicatat.", "When it was noted."],
        "notification_id": ["Nomor pesan.", "Number of the message."],
        "observed": ["Nilai yang teramati.", "The value observed."],
        "only_row": ["Selalu benar: hanya ada satu baris.", "Always true: there is one row."],
        "original_name": ["Nama berkas sebagaimana dikirim.", "Name of the file as delivered."],
        "owner": ["Pemilik kiriman.", "Owner of the feed."],
        "publication_id": ["Nomor penerbitan.", "Number of the publication."],
        "published_at": ["Kapan terbit.", "When it was published."],
        "quarantined_rows": ["Baris yang dikarantina.", "Rows quarantined."],
        "reason_code": ["Kode alasan.", "Code of the reason."],
        "reason_en": ["Alasannya dalam bahasa Inggris.", "The reason in English."],
        "reason_id": ["Alasannya dalam bahasa Indonesia.", "The reason in Indonesian."],
        "received_at": ["Kapan diterima.", "When it was received."],
        "recipient": ["Kepada siapa.", "To whom."],
        "recorded_at": ["Kapan dicatat.", "When it was recorded."],
        "recounted_rows": ["Hitungan kedua, oleh pemeriksaan baris.", "The second count, by the pass over rows."],
        "refusal_code": ["Kode penolakan berkas.", "Code of the file's refusal."],
        "refusal_en": ["Penolakan berkas dalam bahasa Inggris.", "The file's refusal in English."],
        "refusal_id": ["Penolakan berkas dalam bahasa Indonesia.", "The file's refusal in Indonesian."],
        "remark_code": ["Kode hal yang terlihat.", "Code of what was noticed."],
        "row_count": ["Baris yang bersangkutan.", "Rows in question."],
        "rule_id": ["Aturan.", "Rule."],
        "run_id": ["Nomor run.", "Number of the run."],
        "secret": ["Kunci rahasia.", "The secret key."],
        "seen_at": ["Kapan terlihat.", "When it was seen."],
        "severity": ["critical, warning, atau info.", "critical, warning or info."],
        "sex": ["L atau P, sebagaimana tertulis dalam NIK.", "L or P, as the NIK spells it."],
        "sha256": ["Sidik bita.", "Digest of the bytes."],
        "signed_at": ["Kapan ditandatangani.", "When it was signed."],
        "size": ["Banyaknya catatan yang disegel.", "Number of entries that it seals."],
        "size_bytes": ["Ukuran berkas.", "Size of the file."],
        "started_at": ["Kapan dimulai.", "When it began."],
        "state": ["Keadaannya.", "Its state."],
        "subject": ["Pokok pesan.", "Subject of the message."],
        "success": ["Apakah aturan terpenuhi.", "Whether the rule holds."],
        "task": ["Tugas.", "Task."],
        "title": ["Judul kiriman.", "Title of the feed."],
        "topics": ["Hal yang diberitahukan, agar tidak dua kali.", "What is told, so that it is not told twice."],
        "totals": ["Jumlah yang disebut lembar berkas itu sendiri.", "Totals that the file's sheets state themselves."],
        "unexpected_rows": ["Baris yang melanggar menurut Great Expectations.", "Rows that break it, as Great Expectations counts."],
        "validated_at": ["Kapan divalidasi.", "When it was validated."],
        "validation_id": ["Nomor validasi.", "Number of the validation."],
        "value": ["Nilai yang terlihat.", "The value that was seen."],
        "version": ["Sidik data acuan.", "Digest of the reference data."],
        "withdrawn_rows": ["Baris yang ditarik.", "Rows that were withdrawn."],
        "worker_key": ["Nama samaran berkunci pekerja, sama setiap malam.", "Keyed pseudonym of the worker, the same every night."],
        "workbook_sha256": ["Sidik buku kerja perbaikan.", "Digest of the fix workbook."]
    } $json$;
    thing record;
begin
    for thing in
        select
            case c.relkind when 'v' then 'view ' else 'table ' end || c.oid::regclass as name,
            told -> c.oid::regclass::text as says
        from pg_class as c
        where
            c.relnamespace in ('ledger'::regnamespace, 'quality'::regnamespace, 'identity'::regnamespace)
            and c.relkind in ('r', 'v') and c.relowner = current_user::regrole
        union all
        select
            format('column %s.%I', c.oid::regclass, a.attname),
            coalesce(told -> (c.oid::regclass || '.' || a.attname), told -> a.attname::text)
        from pg_class as c
        join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where
            c.relnamespace in ('ledger'::regnamespace, 'quality'::regnamespace, 'identity'::regnamespace)
            and c.relkind in ('r', 'v') and c.relowner = current_user::regrole
    loop
        if thing.says is not null then
            execute format('comment on %s is %L', thing.name, (thing.says ->> 0) || E'\n' || (thing.says ->> 1));
        end if;
    end loop;
end
$$;
