package dev.proa.node.proxy;

import static dev.proa.node.proxy.Tables.elsewhere;
import static dev.proa.node.proxy.Tables.leaving;
import static dev.proa.node.proxy.Tables.ready;
import static dev.proa.node.proxy.Tables.service;
import static dev.proa.node.proxy.Tables.tcp;
import static dev.proa.node.proxy.Tables.udp;
import static dev.proa.node.proxy.Tables.unready;
import static dev.proa.node.proxy.Tables.withAffinity;
import static dev.proa.node.proxy.Tables.withExternalAddress;
import static dev.proa.node.proxy.Tables.withPolicies;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.client.ObjectKey;
import dev.proa.node.Tries;
import dev.proa.node.proxy.ServiceRules.Chain;
import dev.proa.node.proxy.ServiceRules.Entry;
import dev.proa.node.proxy.ServiceTable.Endpoint;
import dev.proa.node.proxy.ServiceTable.Port;
import dev.proa.node.proxy.ServiceTable.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ServiceRuleSetTest {
    /** Services among which some want the same node port or external address. */
    record RandomChange(List<Service> changed, List<ObjectKey> gone) {
        static RandomChange make(Random random) {
            Map<String, Service> changed = new TreeMap<>();
            List<ObjectKey> gone = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                int number = random.nextInt(40);
                String name = "s" + number;
                if (random.nextInt(4) == 0) {
                    gone.add(new ObjectKey("default", name));
                    changed.remove(name);
                } else {
                    gone.remove(new ObjectKey("default", name));
                    changed.put(name, randomService(random, name, number));
                }
            }
            return new RandomChange(List.copyOf(changed.values()), gone);
        }

        private static Service randomService(Random random, String name, int number) {
            List<Port> ports = new ArrayList<>();
            ports.add(tcp(80, random.nextBoolean() ? 0 : 30000 + random.nextInt(10), endpoints(random)));
            if (random.nextBoolean()) {
                ports.add(udp(53, random.nextBoolean() ? 0 : 30000 + random.nextInt(10), endpoints(random)));
            }
            Service made = service(name, "10.96.2." + (number + 1), ports.toArray(Port[]::new));
            made = withPolicies(made, random.nextInt(3) == 0, random.nextInt(5) == 0);
            made = random.nextInt(3) == 0 ? withAffinity(made, Duration.ofMinutes(random.nextInt(2) + 1)) : made;
            return random.nextInt(3) == 0 ? withExternalAddress(made, "203.0.113." + random.nextInt(4)) : made;
        }

        private static Endpoint[] endpoints(Random random) {
            Endpoint[] endpoints = new Endpoint[random.nextInt(4)];
            for (int i = 0; i < endpoints.length; i++) {
                String address = "10.244.3." + (i + 1);
                endpoints[i] = switch (random.nextInt(4)) {
                    case 0 -> elsewhere(address, 8080);
                    case 1 -> leaving(address, 8080);
                    case 2 -> unready(address, 8080);
                    default -> ready(address, 8080);
                };
            }
            return endpoints;
        }
    }

    /** What somebody has who began with nothing and followed the changes. */
    private static final class Follower {
        final Map<String, Chain> chains = new HashMap<>();
        final Map<Entry, String> entries = new HashMap<>();

        void follow(ServiceRuleSet.Change change) {
            change.from()
                    .chains()
                    .forEach((name, chain) -> assertThat(chains.remove(name)).isEqualTo(chain));
            chains.putAll(change.to().chains());
            change.from()
                    .entries()
                    .forEach((entry, chain) -> assertThat(entries.remove(entry)).isEqualTo(chain));
            entries.putAll(change.to().entries());
        }
    }

    private static Map<ObjectKey, ServiceRules> wanted(RandomChange change) {
        Map<ObjectKey, ServiceRules> wanted = new HashMap<>();
        change.gone().forEach(key -> wanted.put(key, ServiceRules.NONE));
        change.changed().forEach(service -> wanted.put(service.key(), ServiceRules.of(service)));
        return wanted;
    }

    @Test
    void changesAddUpToWhatIsMadeAtOnce() {
        Tries.run(3, random -> {
            ServiceRuleSet set = new ServiceRuleSet();
            Follower follower = new Follower();
            Map<ObjectKey, ServiceRules> services = new HashMap<>();
            for (int i = 0; i < 3000; i++) {
                Map<ObjectKey, ServiceRules> wanted = wanted(RandomChange.make(random));
                services.putAll(wanted);
                follower.follow(set.apply(wanted));
                if (i % 100 == 0) {
                    ServiceRuleSet fresh = new ServiceRuleSet();
                    fresh.apply(services);
                    assertThat(set.all()).isEqualTo(fresh.all());
                    assertThat(follower.chains).isEqualTo(fresh.all().chains());
                    assertThat(follower.entries).isEqualTo(fresh.all().entries());
                }
            }
        });
    }

    @Test
    void theFirstByNameGetsADestinationThatTwoWant() {
        Service a = service("a", "10.96.0.1", tcp(80, 30080, ready("10.244.0.1", 1)));
        Service b = service("b", "10.96.0.2", tcp(80, 30080, ready("10.244.0.2", 1)));
        Entry port = new Entry(null, ServiceTable.Protocol.TCP, 30080);
        ServiceRuleSet set = new ServiceRuleSet();

        set.apply(Map.of(b.key(), ServiceRules.of(b)));
        assertThat(set.all().entries()).containsEntry(port, "external/default/b/tcp/80");
        set.apply(Map.of(a.key(), ServiceRules.of(a)));
        assertThat(set.all().entries()).containsEntry(port, "external/default/a/tcp/80");
        set.apply(Map.of(a.key(), ServiceRules.NONE));
        assertThat(set.all().entries()).containsEntry(port, "external/default/b/tcp/80");
    }

    @Test
    void theSameAgainIsNoChange() {
        Service web = service("web", "10.96.0.1", tcp(80, 30080, ready("10.244.0.1", 1)));
        ServiceRuleSet set = new ServiceRuleSet();
        set.apply(Map.of(web.key(), ServiceRules.of(web)));

        ServiceRuleSet.Change again = set.apply(Map.of(web.key(), ServiceRules.of(web)));

        assertThat(again.from()).isEqualTo(ServiceRules.NONE);
        assertThat(again.to()).isEqualTo(ServiceRules.NONE);
    }
}
