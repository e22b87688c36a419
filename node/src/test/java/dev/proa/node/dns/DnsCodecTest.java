package dev.proa.node.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.node.Tries;
import dev.proa.node.dns.DnsMessage.Edns;
import dev.proa.node.dns.DnsMessage.Question;
import dev.proa.node.dns.DnsRecord.Address;
import dev.proa.node.dns.DnsRecord.Alias;
import dev.proa.node.dns.DnsRecord.Authority;
import dev.proa.node.dns.DnsRecord.Data;
import dev.proa.node.dns.DnsRecord.Location;
import dev.proa.node.dns.DnsRecord.NameServer;
import dev.proa.node.dns.DnsRecord.Opaque;
import dev.proa.node.dns.DnsRecord.Pointer;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DnsCodecTest {
    private static final int TRIES = 300;

    @Test
    void messagesComeBackAsTheyWereWritten() {
        Tries.run(TRIES, random -> {
            DnsMessage message = message(random);
            assertThat(DnsCodec.decode(DnsCodec.encode(message, 0xffff))).isEqualTo(message);
        });
    }

    @Test
    void noMessageIsLongerThanAllowed() {
        Tries.run(TRIES, random -> noMessageIsLongerThanAllowed(message(random)));
    }

    private static void noMessageIsLongerThanAllowed(DnsMessage message) throws Exception {
        ByteBuffer bytes = DnsCodec.encode(message, 512);
        int length = bytes.remaining();
        DnsMessage read = DnsCodec.decode(bytes);

        assertThat(length).isLessThanOrEqualTo(512);
        assertThat(message.answers()).startsWith(read.answers().toArray(DnsRecord[]::new));
        assertThat(read.truncated())
                .isEqualTo(message.truncated()
                        || read.answers().size() < message.answers().size()
                        || read.authorities().size() < message.authorities().size());
        assertThat(read.edns()).isEqualTo(message.edns());
    }

    @Test
    void anyBytesAreReadOrRefused() {
        Tries.run(TRIES, random -> readOrRefuse(ByteBuffer.wrap(Tries.bytes(random, 255))));
    }

    @Test
    void aChangedByteIsReadOrRefused() {
        Tries.run(TRIES, random -> {
            ByteBuffer bytes = DnsCodec.encode(message(random), 0xffff);
            bytes.put(random.nextInt(bytes.remaining()), (byte) random.nextInt());
            readOrRefuse(bytes);
        });
    }

    private static void readOrRefuse(ByteBuffer bytes) {
        try {
            DnsCodec.decode(bytes);
        } catch (DnsCodec.FormatException e) {
            assertThat(e).hasMessageMatching("cut off|.*too long|.*forward|.*question");
        }
    }

    private static DnsMessage message(Random random) {
        Question question = random.nextInt(10) == 0
                ? null
                : new Question(name(random).toUpperCase(Locale.ROOT), Tries.pick(random, 1, 28, 33), 1);
        Edns edns = random.nextBoolean()
                ? null
                : new Edns(number(random), random.nextInt(256), random.nextInt(256), random.nextBoolean());
        return new DnsMessage(
                number(random),
                number(random) & ~DnsMessage.TRUNCATED,
                question,
                records(random),
                records(random),
                records(random),
                edns);
    }

    private static List<DnsRecord> records(Random random) {
        List<DnsRecord> records = new ArrayList<>();
        for (int i = random.nextInt(21); i > 0; i--) {
            records.add(new DnsRecord(name(random), number(random), data(random)));
        }
        return records;
    }

    private static Data data(Random random) {
        return switch (random.nextInt(7)) {
            case 0 ->
                new Address(Inet4Address.ofLiteral(random.nextInt(256) + "." + random.nextInt(256) + "."
                        + random.nextInt(256) + "." + random.nextInt(256)));
            case 1 -> new Alias(name(random));
            case 2 -> new Pointer(name(random));
            case 3 -> new NameServer(name(random));
            case 4 -> new Location(number(random), number(random), number(random), name(random));
            case 5 ->
                new Authority(
                        name(random),
                        name(random),
                        number(random),
                        number(random),
                        number(random),
                        number(random),
                        number(random));
            default -> new Opaque(Tries.pick(random, 16, 28, 65), Tries.bytes(random, 60));
        };
    }

    private static int number(Random random) {
        return random.nextInt(8) == 0 ? Tries.pick(random, 0, 0xffff) : random.nextInt(0x10000);
    }

    private static String name(Random random) {
        List<String> labels = new ArrayList<>();
        for (int i = random.nextInt(7); i > 0; i--) {
            labels.add(
                    random.nextBoolean()
                            ? label(random)
                            : Tries.pick(random, "\\046\\000x", "\\255", "a", "svc", "cluster"));
        }
        return String.join(".", labels);
    }

    private static String label(Random random) {
        String characters = "abcdefghijklmnopqrstuvwxyz0123456789-_";
        StringBuilder label = new StringBuilder();
        for (int i = 1 + random.nextInt(20); i > 0; i--) {
            label.append(characters.charAt(random.nextInt(characters.length())));
        }
        return label.toString();
    }

    @Test
    void namesAreCompressed() {
        List<DnsRecord> records = IntStream.range(0, 20)
                .mapToObj(i -> new DnsRecord(
                        "web.default.svc.cluster.local", 5, new Address(Inet4Address.ofLiteral("10.244.0." + i))))
                .toList();
        DnsMessage answer = DnsMessage.query(1, "Web.default.svc.cluster.local", DnsType.A)
                .answer(DnsMessage.OK, records, List.of(), List.of());

        assertThat(DnsCodec.encode(answer, 512).remaining()).isEqualTo(12 + 31 + 4 + 20 * 16);
    }

    @Test
    void aNameThatPointsToItselfIsRefused() {
        byte[] message = HexFormat.of().parseHex("000101000001000000000000" + "c00c" + "00010001");

        assertThatThrownBy(() -> DnsCodec.decode(ByteBuffer.wrap(message)))
                .isInstanceOf(DnsCodec.FormatException.class);
    }
}
