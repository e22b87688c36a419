package dev.proa.control.shared;

import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.testing.Await;
import dev.proa.testing.SimulatedClock;
import java.time.Duration;

/** Where recorded steps take place: on Proa's controllers under a simulated clock, or on a real control plane. */
public interface World {
    Client client();

    String namespace();

    Clock clock();

    /** Lets time go by. */
    void pass(Duration time) throws InterruptedException;

    /** The namespace {@code default} of {@code cluster}. */
    static World simulated(TestCluster cluster, SimulatedClock clock) {
        return new Simulated(cluster, clock);
    }

    /** A namespace of a real control plane. */
    static World real(Client client, String namespace) {
        return new Real(client, namespace);
    }

    /** Blocks until nothing has been written for a while. */
    static void awaitQuiet(TestCluster cluster) throws InterruptedException {
        int[] seen = {0, 0};
        Await.until("quiet", () -> {
            int writes = cluster.server.writes().size();
            seen[1] = writes == seen[0] ? seen[1] + 1 : 0;
            seen[0] = writes;
            return seen[1] > 10;
        });
    }

    /** Proa's controllers. */
    record Simulated(TestCluster cluster, SimulatedClock time) implements World {
        @Override
        public Client client() {
            return cluster.client;
        }

        @Override
        public String namespace() {
            return "default";
        }

        @Override
        public Clock clock() {
            return time;
        }

        @Override
        public void pass(Duration duration) throws InterruptedException {
            awaitQuiet(cluster);
            time.advance(duration);
        }
    }

    /** Kubernetes' controllers. */
    record Real(Client client, String namespace) implements World {
        @Override
        public Clock clock() {
            return Clock.system();
        }

        @Override
        public void pass(Duration time) throws InterruptedException {
            Clock.system().sleep(time);
        }
    }
}
