package dev.proa.server.flowcontrol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.flowcontrol.FlowControl.Kind;
import dev.proa.server.flowcontrol.FlowControl.Request;
import dev.proa.server.flowcontrol.FlowControl.Ticket;
import dev.proa.testing.SimulatedClock;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who is served, who waits, and who is refused, under a clock that the test moves. */
class PriorityAndFairnessTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Map<String, Integer> objects = new HashMap<>();
    private final PriorityAndFairness flow = new PriorityAndFairness(
            new PriorityAndFairness.Settings(new MaxInFlight(registry), registry, clock, this::nanos, this::later, 42),
            (group, resource, namespace) -> objects.getOrDefault(resource, 0));

    private long nanos() {
        Instant now = clock.instant();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    private Runnable later(Duration delay, Runnable task) {
        return clock.schedule(delay, task)::cancel;
    }

    private static Request request(String user, String verb, String resource) {
        return request(UserInfo.of(user), verb, resource, Map.of());
    }

    private static Request request(UserInfo user, String verb, String resource, Map<String, String> query) {
        Kind kind = verb.equals("list") || verb.equals("get")
                ? Kind.READ_ONLY
                : verb.equals("watch") ? Kind.LONG_RUNNING : Kind.MUTATING;
        return new Request(
                user,
                user.name(),
                kind,
                false,
                new AuthorizationAttributes(user, verb, "", "v1", resource, "", "default", "", ""),
                name -> query.getOrDefault(name, ""));
    }

    /** A level with so many seats of the 600, if there are only it and the mandatory ones. */
    private void level(int seats, String response) {
        MapValue level = Yaml.decodeMap("""
                metadata: {name: small, uid: l-1}
                spec: {type: Limited, limited: {nominalConcurrencyShares: %d, borrowingLimitPercent: 0, limitResponse: %s}}
                """.formatted(seats, response));
        MapValue schema = Yaml.decodeMap("""
                metadata: {name: all, uid: s-1}
                spec:
                  matchingPrecedence: 100
                  priorityLevelConfiguration: {name: small}
                  distinguisherMethod: {type: ByUser}
                  rules:
                    - subjects: [{kind: Group, group: {name: system:authenticated}}]
                      resourceRules: [{verbs: ["*"], apiGroups: ["*"], resources: ["*"], namespaces: ["*"]}]
                """);
        flow.configure(List.of(schema), List.of(level, rest(600 - seats)));
    }

    private static MapValue rest(int seats) {
        return Yaml.decodeMap("""
                metadata: {name: catch-all, uid: l-2}
                spec: {type: Limited, limited: {nominalConcurrencyShares: %d, limitResponse: {type: Reject}}}
                """.formatted(seats));
    }

    private static final String QUEUES = "{type: Queue, queuing: {queues: 8, handSize: 1, queueLengthLimit: 10}}";

    private String metrics() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new PrometheusTextFormatWriter(true).write(out, registry.scrape());
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void whoeverFindsASeatHasItAndTheOthersWaitInTheirQueues() throws IOException {
        level(2, QUEUES);
        Ticket first = flow.take(request("a", "get", "pods"));
        Ticket second = flow.take(request("a", "get", "pods"));
        Ticket third = flow.take(request("a", "get", "pods"));

        assertThat(first.isWaiting() || second.isWaiting()).isFalse();
        assertThat(first.classification()).isEqualTo(new FlowControl.Classification("s-1", "l-1", true));
        assertThat(third.isWaiting()).isTrue();
        List<String> decided = new ArrayList<>();
        third.onDecision(() -> decided.add("third"));
        assertThat(metrics())
                .contains(
                        "apiserver_flowcontrol_current_inqueue_requests{flow_schema=\"all\",priority_level=\"small\"} 1.0")
                .contains(
                        "apiserver_flowcontrol_current_executing_seats{flow_schema=\"all\",priority_level=\"small\"} 2.0")
                .contains("apiserver_flowcontrol_nominal_limit_seats{priority_level=\"small\"} 2.0")
                .contains("apiserver_current_inflight_requests{request_kind=\"readOnly\"} 2.0");

        second.leave();
        second.leave();
        assertThat(decided).containsExactly("third");
        assertThat(third.isWaiting()).isFalse();
        assertThat(third.refusal()).isNull();
        third.leave();
        first.leave();
        assertThat(metrics())
                .contains(
                        "apiserver_flowcontrol_dispatched_requests_total{flow_schema=\"all\",priority_level=\"small\"} 3.0")
                .contains(
                        "apiserver_flowcontrol_current_executing_seats{flow_schema=\"all\",priority_level=\"small\"} 0.0")
                .contains("apiserver_current_inflight_requests{request_kind=\"readOnly\"} 0.0");
    }

    @Test
    void aFlowThatAsksForMoreGetsNoMoreThanAnother() {
        level(1, "{type: Queue, queuing: {queues: 64, handSize: 1, queueLengthLimit: 100}}");
        Ticket blocker = flow.take(request("blocker", "get", "pods"));
        List<String> order = new ArrayList<>();
        Deque<Ticket> served = new ArrayDeque<>();
        for (int i = 0; i < 50; i++) {
            served(flow.take(request("greedy", "get", "pods")), "greedy", order, served);
        }
        for (int i = 0; i < 5; i++) {
            served(flow.take(request("modest", "get", "pods")), "modest", order, served);
        }
        blocker.leave();
        while (!served.isEmpty()) {
            clock.advance(Duration.ofMillis(3));
            served.poll().leave();
        }
        assertThat(order).hasSize(55);
        assertThat(order.subList(0, 12).stream().filter("modest"::equals).count())
                .isEqualTo(5);
    }

    private static void served(Ticket ticket, String who, List<String> order, Deque<Ticket> served) {
        ticket.onDecision(() -> {
            order.add(who);
            served.add(ticket);
        });
    }

    @Test
    void aFullQueueAndALongWaitAreRefused() throws IOException {
        level(1, QUEUES);
        Ticket served = flow.take(request("a", "get", "pods"));
        List<Ticket> waiting = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            waiting.add(flow.take(request("a", "get", "pods")));
        }
        assertThat(waiting).allMatch(Ticket::isWaiting);

        Ticket refused = flow.take(request("a", "get", "pods"));
        assertThat(refused.isWaiting()).isFalse();
        assertThat(refused.classification().flowSchemaUid()).isEqualTo("s-1");
        assertThat(refused.refusal())
                .isNotNull()
                .hasMessage("Too many requests, please try again later.")
                .satisfies(e -> assertThat(e.code()).isEqualTo(429))
                .satisfies(e -> assertThat(e.retryAfterSeconds()).isEqualTo(1));

        waiting.getFirst().leave();
        List<Integer> late = new ArrayList<>();
        waiting.get(1).onDecision(() -> late.add(1));
        clock.advance(Duration.ofSeconds(15));
        assertThat(late).containsExactly(1);
        assertThat(waiting.get(1).refusal()).isNotNull();
        assertThat(metrics())
                .contains(
                        "apiserver_flowcontrol_rejected_requests_total{flow_schema=\"all\",priority_level=\"small\",reason=\"queue-full\"} 1.0")
                .contains(
                        "apiserver_flowcontrol_rejected_requests_total{flow_schema=\"all\",priority_level=\"small\",reason=\"time-out\"} 10.0")
                .contains(
                        "apiserver_flowcontrol_current_inqueue_requests{flow_schema=\"all\",priority_level=\"small\"} 0.0");
        served.leave();
        assertThat(flow.take(request("a", "get", "pods")).isWaiting()).isFalse();
    }

    @Test
    void aLevelWithoutQueuesRefusesAtOnce() {
        level(1, "{type: Reject}");
        Ticket served = flow.take(request("a", "get", "pods"));
        assertThat(flow.take(request("a", "get", "pods")).refusal()).isNotNull();
        served.leave();
        assertThat(flow.take(request("a", "get", "pods")).refusal()).isNull();
    }

    @Test
    void listsTakeSeatsByWhatThereIs() {
        level(40, "{type: Queue, queuing: {queues: 8, handSize: 4, queueLengthLimit: 10}}");
        objects.put("pods", 75);
        List<Ticket> lists = new ArrayList<>();
        for (int i = 0; i < 14; i++) {
            lists.add(flow.take(request("a", "list", "pods")));
        }
        assertThat(lists.stream().filter(Ticket::isWaiting))
                .as("3 seats each of 40")
                .hasSize(1);
        lists.forEach(Ticket::leave);

        objects.put("pods", 10_000);
        lists.clear();
        for (int i = 0; i < 7; i++) {
            lists.add(flow.take(request("a", "list", "pods")));
        }
        assertThat(lists.stream().filter(Ticket::isWaiting))
                .as("6 seats, the most, each of 40")
                .hasSize(1);
        lists.forEach(Ticket::leave);

        lists.clear();
        for (int i = 0; i < 40; i++) {
            lists.add(flow.take(request(
                    UserInfo.of("a"),
                    i % 2 == 0 ? "list" : "watch",
                    "pods",
                    Map.of("limit", "1", "resourceVersion", "7"))));
        }
        assertThat(lists).noneMatch(Ticket::isWaiting);
    }

    @Test
    void writesKeepSeatsForAWhileWhenManyAreTold() {
        level(1, QUEUES);
        List<Runnable> watches = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            watches.add(flow.watchBegins("", "configmaps", i % 2 == 0 ? "" : "default"));
        }
        flow.take(request("a", "update", "configmaps")).leave();
        Ticket next = flow.take(request("a", "update", "configmaps"));
        assertThat(next.isWaiting()).isTrue();
        clock.advance(Duration.ofMillis(19));
        assertThat(next.isWaiting()).isTrue();
        clock.advance(Duration.ofMillis(1));
        assertThat(next.isWaiting()).as("4 seats for 5 ms, or one for 20").isFalse();
        next.leave();
        clock.advance(Duration.ofMillis(20));

        watches.forEach(Runnable::run);
        flow.take(request("a", "update", "configmaps")).leave();
        assertThat(flow.take(request("a", "update", "configmaps")).isWaiting()).isFalse();
    }

    @Test
    void seatsAreLentToThoseWhoNeedThemAndComeBack() throws IOException {
        List<MapValue> levels = new ArrayList<>(BootstrapConfiguration.suggestedLevels());
        levels.addAll(BootstrapConfiguration.mandatoryLevels());
        List<MapValue> schemas = new ArrayList<>(BootstrapConfiguration.suggestedSchemas());
        schemas.addAll(BootstrapConfiguration.mandatorySchemas());
        flow.configure(schemas, levels);
        assertThat(metrics())
                .contains("apiserver_flowcontrol_nominal_limit_seats{priority_level=\"workload-low\"} 245.0")
                .contains("apiserver_flowcontrol_nominal_limit_seats{priority_level=\"global-default\"} 49.0")
                .contains("apiserver_flowcontrol_lower_limit_seats{priority_level=\"workload-low\"} 24.0")
                .contains("apiserver_flowcontrol_nominal_limit_seats{priority_level=\"exempt\"} 0.0");

        // As kube-apiserver 1.36.3 divides them when nobody but an administrator asks for anything.
        Ticket admin = flow.take(request(UserInfo.of("admin", UserInfo.MASTERS), "get", "pods", Map.of()));
        clock.advance(Duration.ofSeconds(10));
        flow.adjust();
        assertThat(metrics().lines().filter(line -> line.startsWith("apiserver_flowcontrol_current_limit_seats{")))
                .containsExactly(
                        current("catch-all", 30),
                        current("exempt", 1),
                        current("global-default", 56),
                        current("leader-election", 58),
                        current("node-high", 170),
                        current("system", 117),
                        current("workload-high", 114),
                        current("workload-low", 56));
        admin.leave();

        List<Ticket> busy = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            busy.add(flow.take(request("user-" + i, "get", "pods")));
        }
        long before = busy.stream().filter(ticket -> !ticket.isWaiting()).count();
        clock.advance(Duration.ofSeconds(10));
        flow.adjust();
        assertThat(busy).noneMatch(Ticket::isWaiting);
        assertThat(before).isLessThan(250);

        List<Ticket> account = new ArrayList<>();
        UserInfo app = UserInfo.of("system:serviceaccount:team:app", "system:serviceaccounts");
        for (int i = 0; i < 24; i++) {
            account.add(flow.take(request(app, "get", "pods", Map.of())));
        }
        assertThat(account).as("what is never lent").noneMatch(Ticket::isWaiting);
    }

    private static String current(String level, int seats) {
        return "apiserver_flowcontrol_current_limit_seats{priority_level=\"" + level + "\"} " + seats + ".0";
    }

    @Test
    void mandatoryConfigurationIsThereEvenIfItsObjectsAreNot() {
        Ticket master = flow.take(request(UserInfo.of("admin", UserInfo.MASTERS), "get", "pods", Map.of()));
        assertThat(master.classification()).isEqualTo(new FlowControl.Classification("", "", true));
        Ticket stranger = flow.take(request(new UserInfo("x", "", List.of(), Map.of()), "get", "pods", Map.of()));
        assertThat(stranger.refusal()).isNull();
        assertThat(flow.debug("/debug/api_priority_and_fairness/dump_priority_levels", false))
                .contains("catch-all,")
                .contains("exempt,");
    }

    @Test
    void aLevelThatIsGoneStaysUntilItsRequestsAreDone() {
        level(1, QUEUES);
        Ticket served = flow.take(request("a", "get", "pods"));
        Ticket waiting = flow.take(request("a", "get", "pods"));
        flow.configure(List.of(), List.of(rest(599)));

        assertThat(flow.debug("/debug/api_priority_and_fairness/dump_priority_levels", false))
                .containsPattern("small, +1, +false, +true, +1, +1, +1, +0, +0, +0\n");
        assertThat(flow.take(request("a", "get", "pods")).classification().flowSchemaUid())
                .isEmpty();
        served.leave();
        assertThat(waiting.isWaiting()).isFalse();
        waiting.leave();
        flow.adjust();
        assertThat(flow.debug("/debug/api_priority_and_fairness/dump_priority_levels", false))
                .doesNotContain("small");
    }

    @Test
    void dumpsTellWhoWaits() {
        level(1, QUEUES);
        flow.take(request("a", "get", "pods"));
        flow.take(request("b", "list", "secrets"));

        assertThat(flow.debug("/debug/api_priority_and_fairness/dump_requests", true))
                .startsWith(
                        "PriorityLevelName, FlowSchemaName, QueueIndex, RequestIndexInQueue, FlowDistingsher, ArriveTime,")
                .containsPattern(
                        "small, +all, +[0-7], +0, +b, .*Z, +1, +0, +0s, +0001-01-01T00:00:00Z, +b, +list, +,? +default, +,? +v1, +secrets, +\n")
                .containsPattern("small, +all, +[0-7], +-1, +a, ");
        assertThat(flow.debug("/debug/api_priority_and_fairness/dump_queues", false))
                .containsPattern("small, +[0-7], +1, +0, +0, +0.0+ss, +1, +1, +0.00300000ss\n");
        assertThat(flow.debug("/debug/other", false)).isNull();
    }
}
