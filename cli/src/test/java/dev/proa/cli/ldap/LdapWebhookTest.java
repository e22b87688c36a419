package dev.proa.cli.ldap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.Modification;
import com.unboundid.ldap.sdk.ModificationType;
import com.unboundid.ldap.sdk.ResultCode;
import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.client.http.Connection;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logins from a directory: passwords, tokens and groups, and what attackers try. */
class LdapWebhookTest {
    private static TestDirectory ldap;
    private static HttpClient http;

    @TempDir
    private Path files;

    private final SimulatedClock clock = new SimulatedClock();
    private String timeout = "10s";
    private String users = "{baseDN: 'dc=example,dc=com'}";
    private Directory directory;
    private LdapWebhook webhook;

    private record Answer(int code, MapValue body) {}

    @BeforeAll
    static void startDirectory() {
        ldap = new TestDirectory();
        http = HttpClient.newBuilder()
                .sslContext(new Connection(
                                URI.create("https://localhost"),
                                TestDirectory.PKI.authorityPem(),
                                false,
                                null,
                                null,
                                null)
                        .tls())
                .build();
    }

    @AfterAll
    static void stopDirectory() {
        http.close();
        ldap.close();
    }

    @BeforeEach
    void start() throws IOException {
        Files.writeString(files.resolve("password"), TestDirectory.SEARCHER_PASSWORD + "\n");
        Files.writeString(files.resolve("ca.pem"), TestDirectory.PKI.authorityPem());
        start(ldap.ldaps(), "ca.pem", false, "{filter: '(member={dn})', baseDN: 'ou=groups,dc=example,dc=com'}");
    }

    private void start(URI url, String authorities, boolean startTls, String groups) throws IOException {
        stop();
        Path config = Files.writeString(files.resolve("ldap.yaml"), """
                listen: {port: 0, certificateFile: none, keyFile: none}
                tokens: {keyFile: token.key, lifetime: 1h}
                directory:
                  urls: ["%s"]
                  startTLS: %s
                  certificateAuthorityFile: %s
                  bindDN: %s
                  bindPasswordFile: password
                  timeout: %s
                users: %s
                groups: %s
                """.formatted(
                        url, startTls, authorities, TestDirectory.SEARCHER, timeout, users, groups));
        LdapSettings settings = SettingsReader.read(config);
        directory = new Directory(settings);
        webhook = new LdapWebhook(
                settings.listener(), TestDirectory.tls(), directory, LoginTokens.open(settings.tokens(), clock), clock);
    }

    @AfterEach
    void stop() {
        ldap.binding = () -> {};
        if (webhook != null) {
            webhook.close();
            directory.close();
        }
    }

    private Answer post(String path, byte[] body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("https://localhost:" + webhook.port() + path))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        try {
            HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            return new Answer(response.statusCode(), Json.decodeMap(response.body()));
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Answer login(String name, @Nullable String password) {
        return post("/login", Json.encode(MapValue.of("username", name, "password", password)));
    }

    private String token(String name, String password) {
        Answer answer = login(name, password);
        assertThat(answer.code()).as("%s", answer.body()).isEqualTo(200);
        return answer.body().string("token");
    }

    private MapValue review(String token) {
        Answer answer = post(
                "/token-review",
                Json.encode(MapValue.of(
                        "apiVersion",
                        "authentication.k8s.io/v1",
                        "kind",
                        "TokenReview",
                        "spec",
                        MapValue.of("token", token))));
        assertThat(answer.code()).isEqualTo(200);
        assertThat(answer.body().string("kind")).isEqualTo("TokenReview");
        return answer.body().map("status");
    }

    private void refuses(String token, String error) {
        assertThat(review(token)).isEqualTo(MapValue.of("authenticated", false, "error", error));
    }

    @Test
    void aPasswordBringsATokenThatTellsWhoHasIt() {
        MapValue status = review(token("ann", "secret"));
        assertThat(status.bool("authenticated")).isTrue();
        assertThat(status.map("user").string("username")).isEqualTo("ann");
        assertThat(status.map("user").string("uid")).hasSize(36);
        assertThat(status.map("user").list("groups"))
                .as("names that Kubernetes keeps for itself are dropped")
                .containsExactly("developers");
        assertThat(review(token("ANN", "secret")).map("user").string("username"))
                .as("the name is that of the entry, however it is written")
                .isEqualTo("ann");
    }

    @Test
    void whatTheDirectorySaysNowCounts() throws Exception {
        ldap.user("people", "new", "pass");
        ldap.group("team", "new");
        String token = token("new", "pass");
        assertThat(review(token).map("user").list("groups")).containsExactly("team");
        ldap.server.delete("cn=team,ou=groups,dc=example,dc=com");
        assertThat(review(token).map("user").list("groups")).isEmpty();
        ldap.server.delete("uid=new,ou=people,dc=example,dc=com");
        refuses(token, "the user name or the password is wrong");
        ldap.user("people", "new", "pass");
        refuses(token, "the token's user is somebody else now");
        ldap.server.delete("uid=new,ou=people,dc=example,dc=com");
    }

    @Test
    void nobodyCountsWhoCannotBeToldFromWhoeverHadTheNameBefore() throws Exception {
        users = "{baseDN: 'dc=example,dc=com', idAttribute: employeeNumber}";
        start(ldap.ldaps(), "ca.pem", false, "{}");
        assertThat(login("ann", "secret").code()).isEqualTo(401);
        ldap.user("people", "new", "pass");
        String dn = "uid=new,ou=people,dc=example,dc=com";
        ldap.server.modify(dn, new Modification(ModificationType.ADD, "employeeNumber", "7"));
        String token = token("new", "pass");
        assertThat(review(token).map("user").string("uid")).isEqualTo("7");
        ldap.server.modify(dn, new Modification(ModificationType.ADD, "employeeNumber", "8"));
        refuses(token, "the user name or the password is wrong");
        ldap.server.modify(dn, new Modification(ModificationType.DELETE, "employeeNumber"));
        refuses(token, "the user name or the password is wrong");
        users = "{baseDN: 'dc=example,dc=com', idAttribute: ''}";
        start(ldap.ldaps(), "ca.pem", false, "{}");
        assertThat(review(token("new", "pass")).map("user").string("uid")).isEmpty();
        refuses(token, "the token's user is somebody else now");
        ldap.server.delete(dn);
    }

    @Test
    void aUserOrGroupWithSeveralNamesHasNone() throws Exception {
        ldap.user("people", "new", "pass");
        ldap.group("team", "new");
        String dn = "uid=new,ou=people,dc=example,dc=com";
        String group = "cn=team,ou=groups,dc=example,dc=com";
        String token = token("new", "pass");
        assertThat(review(token).map("user").list("groups")).containsExactly("team");
        ldap.server.modify(group, new Modification(ModificationType.REPLACE, "cn", "admins", "team"));
        assertThat(review(token).map("user").list("groups")).isEmpty();
        ldap.server.modify(dn, new Modification(ModificationType.REPLACE, "uid", "boss", "new"));
        refuses(token, "the user name or the password is wrong");
        assertThat(login("boss", "pass").code()).isEqualTo(401);
        assertThat(login("new", "pass").code()).isEqualTo(401);
        ldap.server.delete(group);
        ldap.server.delete(dn);
    }

    @Test
    void groupsMayBeNamedByTheUsersEntry() throws IOException {
        start(
                ldap.ldaps(),
                "ca.pem",
                false,
                "{memberOfAttribute: memberOf, baseDN: 'ou=groups,dc=example,dc=com', prefix: 'ldap:'}");
        assertThat(review(token("ann", "secret")).map("user").list("groups")).containsExactly("ldap:people");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "*",
                "a*",
                "ann)(uid=*",
                "*)(uid=ann",
                "ann)(objectClass=*))(|(uid=ann",
                "ann\0",
                "ann\\00",
                "uid=ann,ou=people,dc=example,dc=com",
                "nobody",
                "eve",
                "system:admin"
            })
    void namesAreNamesOnly(String name) {
        for (String password : List.of("secret", "x", "")) {
            assertThat(login(name, password).code()).isEqualTo(401);
        }
    }

    @Test
    void aPasswordMustBeGivenAndRight() {
        for (String password : new String[] {"", null, "wrong", "secret\0"}) {
            Answer answer = login("ann", password);
            assertThat(answer.code()).isEqualTo(401);
            assertThat(answer.body().string("message")).isEqualTo("the user name or the password is wrong");
        }
    }

    @Test
    void guessingIsSlow() {
        for (int i = 0; i < 5; i++) {
            assertThat(login("bob", "guess" + i).code()).isEqualTo(401);
        }
        assertThat(login("bob", "hush").code()).isEqualTo(429);
        assertThat(login("BOB", "hush").code()).isEqualTo(429);
        assertThat(login("ann", "secret").code()).isEqualTo(200);
        clock.advance(Duration.ofMinutes(1));
        assertThat(login("bob", "hush").code()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bob", "nobody"})
    void guessesCountForAUserHoweverTheNameIsWritten(String name) {
        for (String written : List.of(name, name.toUpperCase(Locale.ROOT), " " + name, name + " ", name + "  ")) {
            assertThat(login(written, "guess").code()).isEqualTo(401);
        }
        assertThat(login("  " + name, "hush").code()).isEqualTo(429);
    }

    @Test
    void guessesAtTheSameTimeCountEach() throws Exception {
        AtomicInteger checked = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        CountDownLatch enough = new CountDownLatch(1);
        ldap.binding = () -> {
            checked.incrementAndGet();
            await(enough);
        };
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                threads.execute(() -> {
                    if (login("bob", "guess").code() == 429) {
                        refused.incrementAndGet();
                    }
                });
            }
            Await.until("all are checked or refused", () -> checked.get() + refused.get() == 8);
            enough.countDown();
        }
        assertThat(checked).hasValue(5);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatTheDirectoryCannotCheckIsNoGuess() {
        ldap.binding = () -> {
            throw new LDAPException(ResultCode.BUSY, "busy");
        };
        for (int i = 0; i < 6; i++) {
            assertThat(login("bob", "hush").code()).isEqualTo(503);
        }
        ldap.binding = () -> {};
        assertThat(login("bob", "hush").code()).isEqualTo(200);
    }

    @Test
    void onlyItsOwnTokensCount() throws IOException {
        String token = token("ann", "secret");
        String[] parts = token.split("\\.");
        String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
        String others = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(claims.replace("ann", "bob").getBytes(StandardCharsets.UTF_8));
        refuses(parts[0] + "." + others + "." + parts[2], "the token's signature is wrong");
        refuses(parts[0] + "." + parts[1] + ".", "the token's signature is wrong");
        refuses(parts[0] + "." + parts[1], "the token is not one of this webhook");
        refuses(token + "!", "the token cannot be read");
        refuses("", "the token is not one of this webhook");
        refuses("eyJhbGciOiJub25lIn0.e30.", "the token is not one of this webhook");
        refuses("proa-ldap." + "a".repeat(5_000) + ".b", "the token is not one of this webhook");
        clock.advance(Duration.ofMinutes(59));
        assertThat(review(token).bool("authenticated")).isTrue();
        clock.advance(Duration.ofMinutes(1));
        refuses(token, "the token has expired");
        String fresh = token("ann", "secret");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.resolve("token.key"))))
                .isEqualTo("rw-------");
        Files.delete(files.resolve("token.key"));
        start();
        refuses(fresh, "the token's signature is wrong");
    }

    @Test
    void theDirectorysCertificateIsChecked() throws IOException {
        String groups = "{}";
        start(ldap.ldap(), "ca.pem", true, groups);
        assertThat(review(token("ann", "secret")).map("user").string("username"))
                .isEqualTo("ann");
        Files.writeString(
                files.resolve("other.pem"),
                dev.proa.server.pki.Pki.inMemory(java.time.Clock.systemUTC()).authorityPem());
        start(ldap.ldaps(), "other.pem", false, groups);
        assertThat(login("ann", "secret").code()).isEqualTo(503);
        start(ldap.ldap(), "other.pem", true, groups);
        assertThat(login("ann", "secret").code()).isEqualTo(503);
        start(URI.create("ldaps://127.0.0.1:" + ldap.ldaps().getPort()), "ca.pem", false, groups);
        assertThat(login("ann", "secret").code()).isEqualTo(200);
    }

    @Test
    void aDirectoryThatDoesNotAnswerIsNotWaitedForLong() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            timeout = "200ms";
            start(URI.create("ldap://127.0.0.1:" + silent.getLocalPort()), "ca.pem", false, "{}");
            long start = System.nanoTime();
            assertThat(login("ann", "secret").code()).isEqualTo(503);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        }
    }

    @Test
    void saysWhereItCannotListen() {
        LdapSettings.Listener taken = new LdapSettings.Listener("127.0.0.1", webhook.port(), files, files);
        assertThatThrownBy(() -> new LdapWebhook(
                        taken,
                        TestDirectory.tls(),
                        directory,
                        new LoginTokens(new byte[32], Duration.ofHours(1), clock),
                        clock))
                .hasMessage("cannot listen on 127.0.0.1:" + webhook.port() + ": Address already in use");
    }

    @Test
    void referralsAreNotFollowed() throws Exception {
        try (TestDirectory other = new TestDirectory()) {
            ldap.server.add(
                    "dn: uid=far,ou=people,dc=example,dc=com",
                    "objectClass: referral",
                    "objectClass: extensibleObject",
                    "uid: far",
                    "ref: " + other.ldap() + "/uid=ann,ou=people,dc=example,dc=com");
            assertThat(login("far", "secret").code()).isEqualTo(401);
        }
    }

    @Test
    void requestsAreBounded() {
        assertThat(post("/login", new byte[100_000]).code()).isEqualTo(413);
        assertThat(post("/login", "[".repeat(60_000).getBytes(StandardCharsets.US_ASCII))
                        .code())
                .isEqualTo(400);
        assertThat(post("/login/x", new byte[0]).code()).isEqualTo(404);
        assertThat(post("/token-review", Json.encode(MapValue.of("kind", "Pod")))
                        .code())
                .isEqualTo(400);
    }

    @Test
    void aLoginIsKeptForItsUserUntilItExpires() throws Exception {
        URI url = URI.create("https://localhost:" + webhook.port());
        String authority = TestDirectory.PKI.authorityPem();
        LoginClient.Login login = LoginClient.login(url, authority, "ann", "secret");
        assertThat(login.user()).isEqualTo("ann");
        assertThat(login.toString()).doesNotContain(login.token());
        SavedLogins saved = new SavedLogins(files.resolve("logins"));
        assertThat(saved.find(url, "ann", clock.instant())).isNull();
        saved.save(url, "ann", login);
        assertThat(saved.find(url, "ann", clock.instant())).isEqualTo(login);
        assertThat(saved.find(url, "bob", clock.instant())).isNull();
        assertThat(saved.find(url, "ann", login.expires().minusSeconds(30))).isNull();
        try (var all = Files.list(files.resolve("logins"))) {
            assertThat(all)
                    .singleElement()
                    .satisfies(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
        saved.forget(url, "ann");
        assertThat(saved.find(url, "ann", clock.instant())).isNull();
        assertThatThrownBy(() -> LoginClient.login(url, authority, "ann", "wrong"))
                .isInstanceOf(LoginClient.RefusedException.class)
                .hasMessage("the user name or the password is wrong");
        assertThatThrownBy(() -> LoginClient.login(URI.create("http://localhost"), authority, "ann", "secret"))
                .hasMessageContaining("in the clear");
        assertThatThrownBy(() -> LoginClient.login(url, null, "ann", "secret"))
                .isInstanceOf(LoginClient.RefusedException.class)
                .hasMessageStartingWith(url + " cannot be trusted: ");
        webhook.close();
        assertThatThrownBy(() -> LoginClient.login(url, authority, "ann", "secret"))
                .isInstanceOf(LoginClient.RefusedException.class)
                .hasMessage(url + " does not answer");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "directory: {urls: ['ldap://ldap.example.com']}|passwords would be sent to ldap://ldap.example.com in the clear",
                "directory: {urls: ['ldaps://ldap.example.com'], startTLS: true}|has TLS already",
                "directory: {urls: ['https://ldap.example.com']}|is not of the form",
                "directory: {urls: []}|at least one URL",
                "directory: {urls: ['ldap://127.0.0.1'], bindDN: 'cn=a'}|bindDN needs bindPasswordFile",
                "directory: {urls: ['ldap://127.0.0.1'], url: x}|unknown field \"url\"",
                "directory: {urls: ['ldap://127.0.0.1']}|users: baseDN is required",
                "directory: {urls: ['ldap://127.0.0.1']}\nusers: {baseDN: 'dc=a', filter: '(uid=x)'}|must have {username} in it",
                "directory: {urls: ['ldap://127.0.0.1']}\nusers: {baseDN: 'dc=a', filter: '(uid={username}'}|is not valid",
                "directory: {urls: ['ldap://127.0.0.1']}\nusers: {baseDN: 'dc=a'}\ngroups: {memberOfAttribute: memberOf}|groups: baseDN is required",
                "directory: {urls: ['ldap://127.0.0.1']}\nusers: {baseDN: 'dc=a'}\ngroups: {filter: '(member={dn})'}|groups: baseDN is required",
                "directory: {urls: ['ldap://127.0.0.1']}\ndirectory: {}|already set",
            })
    void saysWhatIsWrongWithSettings(String text) throws IOException {
        String[] parts = text.split("\\|");
        Path config = Files.writeString(
                files.resolve("bad.yaml"),
                "listen: {certificateFile: a, keyFile: b}\ntokens: {keyFile: c}\n" + parts[0] + "\n");
        assertThatThrownBy(() -> SettingsReader.read(config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(parts[1])
                .hasMessageStartingWith(config.toString());
    }
}
