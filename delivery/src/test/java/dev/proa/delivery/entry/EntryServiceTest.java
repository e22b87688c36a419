package dev.proa.delivery.entry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.client.ObjectKey;
import dev.proa.delivery.entry.EntryService.Choice;
import dev.proa.delivery.entry.EntryService.Rule;
import dev.proa.delivery.entry.Version.Endpoint;
import dev.proa.delivery.traffic.Split;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Where requests go. */
class EntryServiceTest {
    private static final ObjectKey KEY = new ObjectKey("default", "hello");

    private final Random random = new Random(18);

    private static Version version(String service, int pods) {
        List<Endpoint> endpoints = IntStream.range(0, pods)
                .mapToObj(i -> new Endpoint(service + i, 8080))
                .toList();
        return new Version(service, service + "-hash", endpoints);
    }

    private static EntryService of(String split, String sticky, Version... versions) {
        Map<String, Version> all = new HashMap<>();
        for (Version version : versions) {
            all.put(version.service(), version);
        }
        return new EntryService(
                KEY, List.of(new Rule("", "", sticky, Split.read("{\"stable\": " + split + "}", "stable"))), all);
    }

    private static RequestHead get(String host, String path, String... headers) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], headers[i + 1]);
        }
        return new RequestHead("GET", host, path, name -> all.get(name.toLowerCase(Locale.ROOT)));
    }

    private static String service(Choice choice) {
        return choice.tries().isEmpty()
                ? ""
                : choice.tries().getFirst().version().service();
    }

    private Map<String, Integer> thousand(EntryService service, RequestHead request) {
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < 1000; i++) {
            counts.merge(service(service.choose(request, random)), 1, Integer::sum);
        }
        return counts;
    }

    private static final String WEIGHTS = """
            {"backends": [{"service": "canary", "weight": 20}, {"service": "stable", "weight": 80}]}
            """;

    @Test
    void splitWithoutBackendsLeadsNowhere() {
        EntryService service =
                of("{\"backends\": [], \"headerRoutes\": [{\"name\": \"a\"}]}", "", version("stable", 1));
        assertThat(service.choose(get("", "/"), random).tries()).isEmpty();
    }

    @Test
    void weightsDecideWhoGetsWhichShare() {
        Map<String, Integer> counts =
                thousand(of(WEIGHTS, "", version("canary", 1), version("stable", 2)), get("", "/"));
        assertThat(counts.get("canary")).as("of 1000, seed 18").isBetween(160, 240);
        assertThat(counts.keySet()).containsExactly("canary", "stable");
    }

    @Test
    void versionWithoutPodsGivesItsShareToTheOthers() {
        assertThat(thousand(of(WEIGHTS, "", version("canary", 0), version("stable", 2)), get("", "/")))
                .isEqualTo(Map.of("stable", 1000));
        assertThat(of(WEIGHTS, "", version("canary", 0), version("stable", 0))
                        .choose(get("", "/"), random)
                        .tries())
                .isEmpty();
    }

    @Test
    void versionWithoutWeightGetsNothingEvenWhenNobodyElseIsThere() {
        EntryService service = of(
                "{\"backends\": [{\"service\": \"canary\", \"weight\": 0}, {\"service\": \"stable\", \"weight\": 100}]}",
                "",
                version("canary", 3),
                version("stable", 0));
        assertThat(service.choose(get("", "/"), random).tries()).isEmpty();
    }

    @Test
    void anotherPodOfTheVersionIsTriedBeforeAnotherVersion() {
        Choice choice = of("{\"backends\": [{\"service\": \"stable\", \"weight\": 100}]}", "", version("stable", 3))
                .choose(get("", "/"), random);
        assertThat(choice.tries()).hasSize(2).doesNotHaveDuplicates();
        EntryService both = of(WEIGHTS, "", version("canary", 1), version("stable", 2));
        for (int i = 0; i < 50; i++) {
            Choice mixed = both.choose(get("", "/"), random);
            assertThat(mixed.tries()).hasSizeBetween(2, 3);
            assertThat(mixed.tries().stream().map(each -> each.version().service()))
                    .contains("canary", "stable");
        }
    }

    @Test
    void cookieKeepsAClientAtItsVersionWhileThatHasAWeight() {
        EntryService service = of(WEIGHTS, "version", version("canary", 1), version("stable", 2));
        Choice first = service.choose(get("", "/"), random);
        assertThat(first.cookie()).isEqualTo("version");
        RequestHead again = get("", "/", "cookie", "a=b; version=canary-hash");
        assertThat(thousand(service, again)).isEqualTo(Map.of("canary", 1000));
        assertThat(service.choose(again, random).cookie()).isEmpty();
        RequestHead old = get("", "/", "cookie", "version=gone-hash");
        assertThat(service.choose(old, random).cookie()).isEqualTo("version");
    }

    @Test
    void headerRouteGoesBeforeWeights() {
        EntryService service = of("""
                {"backends": [{"service": "stable", "weight": 100}],
                 "headerRoutes": [{"name": "t", "service": "canary", "match": [
                   {"headerName": "X-Tester", "headerValue": {"exact": "yes"}},
                   {"headerName": "x-team", "headerValue": {"regex": "a.*"}}]}]}
                """, "", version("canary", 1), version("stable", 2));
        assertThat(thousand(service, get("", "/", "x-tester", "yes", "x-team", "alpha")))
                .isEqualTo(Map.of("canary", 1000));
        assertThat(thousand(service, get("", "/", "x-tester", "yes", "x-team", "beta")))
                .isEqualTo(Map.of("stable", 1000));
        assertThat(thousand(service, get("", "/"))).isEqualTo(Map.of("stable", 1000));
    }

    @Test
    void mirrorGetsItsPercentageOfWhatMatches() {
        EntryService service = of("""
                {"backends": [{"service": "stable", "weight": 100}],
                 "mirrorRoutes": [{"name": "m", "service": "canary", "percentage": 35, "match": [
                   {"method": {"exact": "GET"}, "path": {"prefix": "/api"}}]}]}
                """, "", version("canary", 1), version("stable", 2));
        int copies = 0;
        for (int i = 0; i < 1000; i++) {
            copies += service.choose(get("", "/api/x"), random).mirror() == null ? 0 : 1;
            assertThat(service.choose(get("", "/other"), random).mirror()).isNull();
        }
        assertThat(copies).as("of 1000, seed 18").isBetween(290, 410);
    }

    @Test
    void versionThatIsAboutToTakeOverGetsCopiesOfWhatChangesNothing() {
        EntryService service = new EntryService(
                KEY,
                List.of(new Rule("", "", "", "canary", Split.all("stable"))),
                Map.of("stable", version("stable", 2), "canary", version("canary", 1)));
        assertThat(service.choose(get("", "/"), random).mirror().version().service())
                .isEqualTo("canary");
        assertThat(service.choose(new RequestHead("POST", "", "/", name -> null), random)
                        .mirror())
                .isNull();
        EntryService after = new EntryService(
                KEY,
                service.rules(),
                Map.of(
                        "stable",
                        version("stable", 2),
                        "canary",
                        new Version("canary", "stable-hash", List.of(new Endpoint("canary0", 8080)))));
        assertThat(after.choose(get("", "/"), random).mirror()).isNull();
    }

    @Test
    void exactHostGoesBeforeWildcardAndLongPathBeforeShort() {
        EntryService service = new EntryService(
                KEY,
                List.of(
                        new Rule("", "", "", Split.all("rest")),
                        new Rule("*.example.org", "", "", Split.all("wild")),
                        new Rule("shop.example.org", "/api", "", Split.all("api")),
                        new Rule("shop.example.org", "", "", Split.all("shop"))),
                Map.of(
                        "rest", version("rest", 1),
                        "wild", version("wild", 1),
                        "api", version("api", 1),
                        "shop", version("shop", 1)));
        Map<String, RequestHead> asked = Map.of(
                "rest", get("example.org", "/api"),
                "wild", get("www.example.org", "/api"),
                "api", get("shop.example.org", "/api/1"),
                "shop", get("shop.example.org", "/apis"));
        asked.forEach((expected, request) ->
                assertThat(service(service.choose(request, random))).isEqualTo(expected));
    }

    @Test
    void splitIsWrittenAsItWasRead() {
        String text = """
                {"other":{"backends":[{"service":"other","weight":100}],"headerRoutes":[],"mirrorRoutes":[]}}
                """.strip();
        Split split = Split.read(text, "stable")
                .withBackends(List.of(new Split.Backend("canary", 5), new Split.Backend("stable", 95)))
                .with(new Split.HeaderRoute("b", "canary", ListValue.EMPTY), List.of("a", "b"))
                .with(new Split.HeaderRoute("a", "canary", ListValue.EMPTY), List.of("a", "b"));
        assertThat(split.headerRoutes()).extracting(Split.HeaderRoute::name).containsExactly("a", "b");
        String written = split.write(text, "stable");
        assertThat(Split.read(written, "stable")).isEqualTo(split);
        assertThat(Split.read(written, "other")).isEqualTo(Split.all("other"));
        assertThat(Json.decodeMap(Split.remove(written, "stable"))).isEqualTo(Json.decodeMap(text));
        assertThat(Split.remove(Split.remove(written, "stable"), "other")).isEmpty();
    }
}
