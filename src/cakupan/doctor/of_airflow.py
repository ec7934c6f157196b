"""Airflow: who gets in, what it shows, whether it runs nights."""

from __future__ import annotations

from cakupan.bilingual import Text
from cakupan.doctor.item import Finding, Item, Subject, attention, fail, named, ok
from cakupan.orchestration import Airflow, inspect
from cakupan.wire import stays_here

SHORTEST_KEY = 32  # characters of what signs tokens: 128 bits as hexadecimal digits
SHORTEST_PASSWORD = 16
UNSET = Text("Hapus {} dari lingkungan dan airflow.cfg", "Take {} out of the environment and airflow.cfg")


def _login(facts: Airflow) -> Finding:
    if facts.settings["core.simple_auth_manager_all_admins"].lower() == "true":
        return fail(
            Text("Siapa pun masuk sebagai admin tanpa kata sandi", "Anybody gets in as admin without a password"),
            UNSET.format("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"),
        )
    manager = facts.settings["core.auth_manager"].rpartition(".")[2]
    return ok(Text("Perlu masuk; yang memeriksa {}", "A login is asked for, by {}").format(manager))


def _password(facts: Airflow) -> Finding:
    if len(facts.password) < SHORTEST_PASSWORD or len(set(facts.password)) < 8:
        return fail(
            Text("Kata sandi admin Airflow mudah ditebak", "The password of Airflow's admin is easily guessed"),
            Text(
                "Buat yang acak, minimal {} karakter, di CAKUPAN_AIRFLOW_ADMIN_PASSWORD atau secrets/",
                "Make a random one of {} characters or more, in CAKUPAN_AIRFLOW_ADMIN_PASSWORD or secrets/",
            ).format(SHORTEST_PASSWORD),
        )
    return ok(Text("Kata sandi admin panjang dan acak", "The admin's password is long and random"))


def _fernet(facts: Airflow) -> Finding:
    if len(facts.settings["core.fernet_key"]) != 44:
        return fail(
            Text("Sandi koneksi disimpan tanpa enkripsi", "Passwords of connections are stored unencrypted"),
            Text(
                "Jalankan Airflow lewat `cakupan airflow`, yang memberi kunci Fernet",
                "Start Airflow by `cakupan airflow`, which gives it a Fernet key",
            ),
        )
    return ok(Text("Sandi koneksi dienkripsi", "Passwords of connections are encrypted"))


def _jwt(facts: Airflow) -> Finding:
    if len(facts.settings["api_auth.jwt_secret"]) < SHORTEST_KEY:
        return fail(
            Text("Kunci token API terlalu pendek", "What signs the API's tokens is too short"),
            Text(
                "Beri minimal {} karakter acak di AIRFLOW__API_AUTH__JWT_SECRET",
                "Give {} random characters or more in AIRFLOW__API_AUTH__JWT_SECRET",
            ).format(SHORTEST_KEY),
        )
    return ok(Text("Token API ditandatangani dengan kunci acak", "The API's tokens are signed with a random key"))


def _configuration(facts: Airflow) -> Finding:
    if facts.settings["api.expose_config"].lower() not in {"", "false"}:
        return fail(
            Text("UI Airflow memperlihatkan konfigurasinya", "Airflow's UI shows its configuration"),
            UNSET.format("AIRFLOW__API__EXPOSE_CONFIG"),
        )
    if facts.settings["core.hide_sensitive_var_conn_fields"].lower() == "false":
        return fail(
            Text("UI Airflow memperlihatkan sandi koneksi", "Airflow's UI shows passwords of connections"),
            UNSET.format("AIRFLOW__CORE__HIDE_SENSITIVE_VAR_CONN_FIELDS"),
        )
    return ok(Text("Konfigurasi dan sandi tidak diperlihatkan", "Neither configuration nor passwords are shown"))


def _traces(facts: Airflow) -> Finding:
    if facts.settings["api.expose_stacktrace"].lower() == "true":
        return attention(
            Text("Kesalahan API membuka jejak program", "Errors of the API tell traces of the program"),
            UNSET.format("AIRFLOW__API__EXPOSE_STACKTRACE"),
        )
    return ok(Text("Kesalahan API tidak membuka jejak program", "Errors of the API tell no traces"))


def _origins(facts: Airflow) -> Finding:
    if "*" in facts.settings["api.access_control_allow_origins"]:
        return fail(
            Text("Halaman web mana pun boleh memakai API", "Pages of any web site may use the API"),
            UNSET.format("AIRFLOW__API__ACCESS_CONTROL_ALLOW_ORIGINS"),
        )
    return ok(Text("Tidak ada situs lain yang boleh memakai API", "No page of just any web site may use the API"))


def _examples(facts: Airflow) -> Finding:
    if facts.settings["core.load_examples"].lower() == "true":
        return fail(
            Text("DAG contoh dimuat, yang menjalankan perintah", "Example DAGs are loaded, which run commands"),
            UNSET.format("AIRFLOW__CORE__LOAD_EXAMPLES"),
        )
    return ok(Text("Tidak ada DAG contoh", "No example DAGs"))


def _address(facts: Airflow) -> Finding:
    host = facts.settings["api.host"]
    if not stays_here(host):
        return attention(
            Text(
                "UI mendengarkan di {}, bukan hanya mesin ini", "The UI listens at {}, not for this machine alone"
            ).format(host),
            Text(
                "Di luar kontainer hapus AIRFLOW__API__HOST; untuk pengguna lain, taruh proksi TLS di depannya",
                "Outside a container take AIRFLOW__API__HOST away; for others put a proxy with TLS before it",
            ),
        )
    return ok(Text("UI hanya untuk mesin ini ({})", "The UI is for this machine alone ({})").format(host))


def _logs(facts: Airflow) -> Finding:
    if facts.settings["logging.logging_level"].upper() in {"DEBUG", "NOTSET"}:
        return attention(
            Text("Log menulis segalanya, mungkin juga nilai", "Logs say everything, values perhaps too"),
            Text("Pakai INFO atau WARNING di AIRFLOW__LOGGING__LOGGING_LEVEL", "Say INFO or WARNING in it"),
        )
    return ok(Text("Log tidak ditulis rinci", "Logs are not written in detail"))


def _schedule(facts: Airflow) -> Finding:
    if facts.scheduled and facts.paused:
        return fail(
            Text("Jadwal hidup, tetapi dijeda: {}", "The schedule is on, but paused are: {}").format(
                named(facts.paused)
            ),
            Text("Lanjutkan DAG itu di UI Airflow", "Unpause them in Airflow's UI"),
        )
    if not facts.scheduled:
        return attention(
            Text("Tidak ada malam yang mulai sendiri", "No night begins by itself"),
            Text(
                "Wajar untuk kota tiruan dan kiriman rekaman; selain itu CAKUPAN_SCHEDULE=on",
                "As it should be with a simulated city or recorded deliveries; else CAKUPAN_SCHEDULE=on",
            ),
        )
    return ok(Text("Malam mulai sendiri, tidak ada yang dijeda", "Nights begin by themselves, nothing is paused"))


def _failed(facts: Airflow) -> Finding:
    if facts.failed:
        return attention(
            Text("Gagal dalam dua hari terakhir: {}", "Failed in the last two days: {}").format(named(facts.failed)),
            Text("Lihat `cakupan status` dan log tugas itu", "See `cakupan status` and the logs of those tasks"),
        )
    return ok(Text("Tidak ada tugas yang gagal dalam dua hari", "No task failed in two days"))


def _unreadable(facts: Airflow) -> Finding:
    if facts.unreadable:
        return fail(
            Text("Tidak dapat dibaca: {}", "They cannot be read: {}").format(named(facts.unreadable)),
            Text("Perbaiki berkas itu; Airflow menyebut sebabnya", "Mend those files; Airflow says what is wrong"),
        )
    return ok(Text("Semua DAG terbaca", "All DAGs can be read"))


AIRFLOW = Subject(
    inspect,
    (
        Item("airflow.login", Text("Masuk ke Airflow", "Login to Airflow"), _login),
        Item("airflow.password", Text("Kata sandi admin Airflow", "Password of Airflow's admin"), _password),
        Item("airflow.fernet_key", Text("Kunci Fernet", "Fernet key"), _fernet),
        Item("airflow.jwt_secret", Text("Kunci token", "What signs tokens"), _jwt),
        Item("airflow.configuration", Text("Konfigurasi terbuka", "Exposed configuration"), _configuration),
        Item("airflow.traces", Text("Jejak program", "Traces of the program"), _traces),
        Item("airflow.origins", Text("Situs lain", "Other web sites"), _origins),
        Item("airflow.examples", Text("DAG contoh", "Example DAGs"), _examples),
        Item("airflow.address", Text("Alamat UI", "Address of the UI"), _address),
        Item("airflow.logs", Text("Rincian log", "Detail of logs"), _logs),
        Item("airflow.schedule", Text("Jadwal", "Schedule"), _schedule),
        Item("airflow.failed", Text("Tugas yang gagal", "Failed tasks"), _failed),
        Item("airflow.unreadable", Text("DAG yang rusak", "Broken DAGs"), _unreadable),
    ),
)
