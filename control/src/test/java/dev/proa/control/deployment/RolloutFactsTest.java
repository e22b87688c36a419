package dev.proa.control.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.control.replicaset.ReplicaSetController;
import dev.proa.control.shared.TestCluster;
import dev.proa.control.shared.World;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rollouts end up after each step as those of the real control plane did, with the same conditions and events. What it did is in {@code
 * rollouts.json}, written by {@link RecordRollouts}.
 */
class RolloutFactsTest {
    private static final Pattern GOES_ON = Pattern.compile(
            "Progressing=True (?:NewReplicaSetCreated: Created new replica set"
                    + " \\\\\"\\{(\\w+)}\\\\\"|ReplicaSetUpdated: ReplicaSet \\\\\"\\{(\\w+)}\\\\\" is progressing\\.)");

    static Stream<Arguments> rollouts() throws IOException {
        ListValue all = facts().list("rollouts");
        return IntStream.range(0, all.size())
                .mapToObj(
                        i -> Arguments.of(all.map(i).string("name"), all.map(i).list("steps")));
    }

    static MapValue facts() throws IOException {
        try (InputStream in = RolloutFactsTest.class.getResourceAsStream("rollouts.json")) {
            assertThat(in).isNotNull();
            return Json.decodeMap(in.readAllBytes());
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rollouts")
    void goesAsItDoesInKubernetes(String name, ListValue steps) throws Exception {
        SimulatedClock clock = new SimulatedClock();
        try (TestCluster cluster = new TestCluster(clock)) {
            ProgressLog log = new ProgressLog();
            cluster.informers.informer(Deployment.KIND).addHandler(log);
            cluster.start(ReplicaSetController::new, DeploymentController::new);
            RolloutDriver driver = new RolloutDriver(World.simulated(cluster, clock));
            for (int i = 0; i < steps.size(); i++) {
                ListValue actions = steps.map(i).list("do");
                for (int j = 0; j < actions.size(); j++) {
                    driver.act(actions.map(j));
                }
                String expected = softened(name, steps.map(i).map("then"));
                Supplier<String> look = () -> softened(name, driver.look().with("progress", log.soFar()));
                Supplier<String> lookLater = () -> {
                    clock.advance(Duration.ofMillis(5)); // what is tried again after a conflict
                    return look.get();
                };
                String step = "step " + i + " of " + name + ", " + actions;
                Await.until(step + ": " + expected, lookLater, expected::equals);
                World.awaitQuiet(cluster);
                assertThat(look.get()).as(step).isEqualTo(expected);
                log.next();
                clock.advance(Duration.ofMillis(1500)); // replica sets of two steps are not of the same age
            }
        }
    }

    /**
     * Without what is chance in Kubernetes: whether a rollout that has just begun says the first or the second of these; and whether a
     * replica set that is scaled from 7 to 3 and at once to 5 is looked at in between, and so deletes and creates two pods more.
     */
    private static String softened(String name, MapValue state) {
        MapValue soft = name.equals("scale-while-rolling") ? state.withMap("events", RolloutFactsTest::netOfV2) : state;
        return GOES_ON.matcher(Json.toString(soft)).replaceAll("Progressing=True goes on $1$2");
    }

    private static MapValue netOfV2(MapValue events) {
        String created = "ReplicaSet Normal SuccessfulCreate: Created pod: {pod of v2}";
        String deleted = "ReplicaSet Normal SuccessfulDelete: Deleted pod: {pod of v2}";
        return events.without(deleted).with(created, events.integer(created, 0) - events.integer(deleted, 0));
    }
}
