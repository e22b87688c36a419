package dev.proa.node.proxy;

import static dev.proa.node.proxy.Tables.ready;
import static dev.proa.node.proxy.Tables.service;
import static dev.proa.node.proxy.Tables.table;
import static dev.proa.node.proxy.Tables.tcp;

import com.sun.management.OperatingSystemMXBean;
import dev.proa.node.linux.Namespaces;
import dev.proa.node.network.Cidr;
import dev.proa.node.network.RoutedNetwork;
import dev.proa.node.network.TestMachine;
import dev.proa.node.proxy.ServiceTable.Service;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Compares a pod reached directly, by the kernel's rules, and by a proxy in this JVM; and measures how long rules take to
 * change. Run by hand as root; the figures are in decision record 0020.
 */
public final class ProxyMeasurement {
    private static final PrintStream OUT = System.out;
    private static final String CLUSTER_ADDRESS = "10.96.7.7";
    private static final int REQUESTS = 4000;
    private static final int ROUNDS = 6;

    private ProxyMeasurement() {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createTempDirectory("proxy-measurement");
        try (TestMachine machine = TestMachine.create(directory)) {
            RoutedNetwork network =
                    machine.call(() -> RoutedNetwork.open(RoutedNetwork.Config.usual(directory.resolve("leases"))));
            NftServiceProxy proxy = machine.call(() -> NftServiceProxy.open(
                    "proa-services", Cidr.parse("10.96.0.0/16"), Cidr.parse("10.244.0.0/16"), true));
            try {
                if (arguments.length == 0) {
                    traffic(machine, network, proxy, directory);
                }
                changes(proxy);
                attaching(network, directory);
            } finally {
                proxy.close();
                network.close();
            }
        }
    }

    private static void traffic(TestMachine machine, RoutedNetwork network, NftServiceProxy proxy, Path directory)
            throws Exception {
        Path server = directory.resolve("server");
        Path client = directory.resolve("client");
        String address = network.attach("server", server, List.of()).getFirst();
        network.attach("client", client, List.of());
        machine.serve(server, address, 8080, "x");
        serveBytes(machine, server, address);
        proxy.sync(table(service("web", CLUSTER_ADDRESS, tcp(80, 0, ready(address, 8080)))));
        relay(machine, network.gateway(), 9080, address, 8080);
        relay(machine, network.gateway(), 9081, address, 8081);

        Best direct = new Best("direct");
        Best kernel = new Best("kernel rules");
        Best userspace = new Best("userspace");
        proxy.sync(table(
                service("web", CLUSTER_ADDRESS, tcp(80, 0, ready(address, 8080)), tcp(81, 0, ready(address, 8081)))));
        for (int round = 0; round < ROUNDS; round++) {
            direct.measure(client, address, 8080, 8081);
            kernel.measure(client, CLUSTER_ADDRESS, 80, 81);
            userspace.measure(client, network.gateway(), 9080, 9081);
        }
        OUT.printf("The best of %d rounds, since others use the machine too%n", ROUNDS);
        direct.print();
        kernel.print();
        userspace.print();
        network.detach("server", server);
        network.detach("client", client);
    }

    /** The best figures of one way. */
    private static final class Best {
        private final String way;
        private final long[] figures = new long[6];

        Best(String way) {
            this.way = way;
            figures[1] = Long.MAX_VALUE;
            figures[3] = Long.MAX_VALUE;
        }

        void measure(Path client, String address, int port, int bulkPort) throws Exception {
            long[] one = connections(client, address, port, 1);
            long[] many = connections(client, address, port, 16);
            figures[0] = Math.max(figures[0], one[0]);
            figures[1] = Math.min(figures[1], one[1]);
            figures[2] = Math.max(figures[2], many[0]);
            figures[3] = Math.min(figures[3], many[1]);
            figures[4] = Math.max(figures[4], roundTrips(client, address, port));
            figures[5] = Math.max(figures[5], bulk(client, address, bulkPort));
        }

        void print() {
            OUT.printf(
                    "%-14s new connections: 1 client %d/s, %d us of processor each; 16 clients %d/s, %d us;"
                            + " round trips on one connection %d/s; %d MB/s%n",
                    way, figures[0], figures[1], figures[2], figures[3], figures[4], figures[5]);
        }
    }

    private static long[] connections(Path client, String address, int port, int clients) throws Exception {
        AtomicInteger left = new AtomicInteger(REQUESTS);
        long processor = processor();
        long start = System.nanoTime();
        try (var executor = Executors.newFixedThreadPool(clients)) {
            List<Future<Boolean>> all = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                all.add(executor.submit(() -> Namespaces.callIn(client, () -> {
                    while (left.decrementAndGet() >= 0) {
                        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.INET)) {
                            channel.connect(new InetSocketAddress(address, port));
                            TestMachine.ask(channel);
                        }
                    }
                    return true;
                })));
            }
            for (Future<Boolean> each : all) {
                each.get();
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return new long[] {(long) (REQUESTS / seconds), (processor() - processor) / 1000 / REQUESTS};
    }

    private static long roundTrips(Path client, String address, int port) throws IOException {
        try (SocketChannel channel = TestMachine.connect(client, address, port)) {
            long start = System.nanoTime();
            for (int i = 0; i < REQUESTS; i++) {
                TestMachine.ask(channel);
            }
            return (long) (REQUESTS / ((System.nanoTime() - start) / 1e9));
        }
    }

    private static long bulk(Path client, String address, int port) throws IOException {
        try (SocketChannel channel = TestMachine.connect(client, address, port)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
            long start = System.nanoTime();
            long bytes = 0;
            while (channel.read(buffer.clear()) >= 0) {
                bytes += buffer.position();
            }
            return (long) (bytes / 1e6 / ((System.nanoTime() - start) / 1e9));
        }
    }

    private static void serveBytes(TestMachine machine, Path in, String address) throws IOException {
        ServerSocketChannel server = listen(machine, in, address, 8081);
        Thread.ofVirtual()
                .start(() -> accept(server, connection -> {
                    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
                    for (int i = 0; i < 16_000; i++) {
                        connection.write(buffer.rewind());
                    }
                    connection.close();
                    return true;
                }));
    }

    /** The simplest userspace proxy: two virtual threads for each connection. */
    private static void relay(TestMachine machine, String address, int port, String to, int toPort) throws IOException {
        ServerSocketChannel server = listen(machine, machine.namespace(), address, port);
        Thread.ofVirtual()
                .start(() -> accept(server, connection -> {
                    SocketChannel target = TestMachine.connect(machine.namespace(), to, toPort);
                    Thread back = Thread.ofVirtual().start(() -> copy(target, connection));
                    copy(connection, target);
                    back.join();
                    connection.close();
                    target.close();
                    return true;
                }));
    }

    private static void copy(SocketChannel from, SocketChannel to) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
        try {
            while (from.read(buffer.clear()) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
            }
            to.shutdownOutput();
        } catch (IOException e) {
            // One side is gone, and the other will notice.
        }
    }

    private interface Talk {
        boolean with(SocketChannel connection) throws Exception;
    }

    private static void accept(ServerSocketChannel server, Talk talk) {
        while (server.isOpen()) {
            try {
                SocketChannel connection = server.accept();
                Callable<Boolean> conversation = () -> talk.with(connection);
                Thread.ofVirtual().start(() -> {
                    try {
                        conversation.call();
                    } catch (Exception e) {
                        OUT.println("A connection broke: " + e);
                    }
                });
            } catch (IOException e) {
                return;
            }
        }
    }

    private static ServerSocketChannel listen(TestMachine machine, Path in, String address, int port)
            throws IOException {
        ServerSocketChannel server = Namespaces.callIn(in, () -> ServerSocketChannel.open(StandardProtocolFamily.INET));
        server.bind(new InetSocketAddress(address, port), 1024);
        return machine.closing(server);
    }

    private static void changes(NftServiceProxy proxy) {
        for (int count : new int[] {10, 1000, 5000}) {
            Service[] services = new Service[count];
            for (int i = 0; i < count; i++) {
                services[i] = numbered(i, 0);
            }
            long start = System.nanoTime();
            proxy.sync(table(services));
            long all = System.nanoTime() - start;
            long[] single = new long[200];
            for (int i = 0; i < single.length; i++) {
                services[i % count] = numbered(i % count, i + 1);
                start = System.nanoTime();
                proxy.update(List.of(services[i % count]), List.of());
                single[i] = System.nanoTime() - start;
            }
            Arrays.sort(single);
            OUT.printf(
                    "%d services of 5 endpoints: all new %d ms, one changed p50 %d us p99 %d us%n",
                    count, all / 1_000_000, single[100] / 1000, single[197] / 1000);
            proxy.sync(ServiceTable.EMPTY);
        }
    }

    private static Service numbered(int number, int generation) {
        String base = "10.244." + (generation % 250) + ".";
        return service(
                "service" + number,
                "10.96." + (number / 250 + 1) + "." + (number % 250 + 1),
                tcp(
                        80,
                        0,
                        ready(base + 1, 80),
                        ready(base + 2, 80),
                        ready(base + 3, 80),
                        ready(base + 4, 80),
                        ready(base + 5, 80)));
    }

    private static void attaching(RoutedNetwork network, Path directory) {
        long[] attach = new long[100];
        long[] detach = new long[100];
        for (int i = 0; i < attach.length; i++) {
            long start = System.nanoTime();
            network.attach("pod" + i, directory.resolve("pod" + i), List.of());
            attach[i] = System.nanoTime() - start;
        }
        for (int i = 0; i < detach.length; i++) {
            long start = System.nanoTime();
            network.detach("pod" + i, directory.resolve("pod" + i));
            detach[i] = System.nanoTime() - start;
        }
        Arrays.sort(attach);
        Arrays.sort(detach);
        OUT.printf(
                "attach a pod p50 %d us p99 %d us, detach p50 %d us p99 %d us%n",
                attach[50] / 1000, attach[98] / 1000, detach[50] / 1000, detach[98] / 1000);
    }

    private static long processor() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }
}
