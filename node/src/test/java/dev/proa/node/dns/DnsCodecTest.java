package dev.proa.node.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class DnsCodecTest {
    @Property
    void messagesComeBackAsTheyWereWritten(@ForAll("messages") DnsMessage message) throws Exception {
        assertThat(DnsCodec.decode(DnsCodec.encode(message, 0xffff))).isEqualTo(message);
    }

    @Property
    void noMessageIsLongerThanAllowed(@ForAll("messages") DnsMessage message) throws Exception {
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

    @Property
    void anyBytesAreReadOrRefused(@ForAll byte[] bytes) {
        try {
            DnsCodec.decode(ByteBuffer.wrap(bytes));
        } catch (DnsCodec.FormatException e) {
            assertThat(e).hasMessageMatching("cut off|.*too long|.*forward|.*question");
        }
    }

    @Property
    void aChangedByteIsReadOrRefused(@ForAll("messages") DnsMessage message, @ForAll int position, @ForAll byte value) {
        ByteBuffer bytes = DnsCodec.encode(message, 0xffff);
        bytes.put(Math.floorMod(position, bytes.remaining()), value);
        try {
            DnsCodec.decode(bytes);
        } catch (DnsCodec.FormatException e) {
            assertThat(e).hasMessageMatching("cut off|.*too long|.*forward|.*question");
        }
    }

    @Provide
    Arbitrary<DnsMessage> messages() {
        Arbitrary<Question> question = Combinators.combine(
                        names().map(name -> name.toUpperCase(java.util.Locale.ROOT)),
                        Arbitraries.of(1, 28, 33),
                        Arbitraries.of(1))
                .as(Question::new);
        Arbitrary<Edns> edns = Combinators.combine(
                        Arbitraries.integers().between(0, 0xffff),
                        Arbitraries.integers().between(0, 255),
                        Arbitraries.integers().between(0, 255),
                        Arbitraries.of(true, false))
                .as(Edns::new);
        Arbitrary<List<DnsRecord>> records = records().list().ofMaxSize(20);
        return Combinators.combine(
                        Arbitraries.integers().between(0, 0xffff),
                        Arbitraries.integers().between(0, 0xffff).map(flags -> flags & ~DnsMessage.TRUNCATED),
                        question.injectNull(0.1),
                        records,
                        records,
                        records,
                        edns.injectNull(0.5))
                .as(DnsMessage::new);
    }

    private static Arbitrary<DnsRecord> records() {
        Arbitrary<Integer> number = Arbitraries.integers().between(0, 0xffff);
        Arbitrary<Inet4Address> address = Arbitraries.integers()
                .between(0, 255)
                .list()
                .ofSize(4)
                .map(b -> Inet4Address.ofLiteral(b.get(0) + "." + b.get(1) + "." + b.get(2) + "." + b.get(3)));
        Arbitrary<Data> data = Arbitraries.oneOf(
                address.map(Address::new),
                names().map(Alias::new),
                names().map(Pointer::new),
                names().map(NameServer::new),
                Combinators.combine(number, number, number, names()).as(Location::new),
                Combinators.combine(names(), names(), number, number, number, number, number)
                        .as(Authority::new),
                Combinators.combine(
                                Arbitraries.of(16, 28, 65),
                                Arbitraries.bytes().array(byte[].class).ofMaxSize(60))
                        .as(Opaque::new));
        return Combinators.combine(names(), number, data).as(DnsRecord::new);
    }

    private static Arbitrary<String> names() {
        Arbitrary<String> label = Arbitraries.strings()
                .withCharRange('a', 'z')
                .withChars("0123456789-_")
                .ofMinLength(1)
                .ofMaxLength(20);
        Arbitrary<String> odd = Arbitraries.of("\\046\\000x", "\\255", "a", "svc", "cluster");
        return Arbitraries.oneOf(label, odd).list().ofMaxSize(6).map(labels -> String.join(".", labels));
    }

    @Example
    void namesAreCompressed() {
        List<DnsRecord> records = IntStream.range(0, 20)
                .mapToObj(i -> new DnsRecord(
                        "web.default.svc.cluster.local", 5, new Address(Inet4Address.ofLiteral("10.244.0." + i))))
                .toList();
        DnsMessage answer = DnsMessage.query(1, "Web.default.svc.cluster.local", DnsType.A)
                .answer(DnsMessage.OK, records, List.of(), List.of());

        assertThat(DnsCodec.encode(answer, 512).remaining()).isEqualTo(12 + 31 + 4 + 20 * 16);
    }

    @Example
    void aNameThatPointsToItselfIsRefused() {
        byte[] message = HexFormat.of().parseHex("000101000001000000000000" + "c00c" + "00010001");

        assertThatThrownBy(() -> DnsCodec.decode(ByteBuffer.wrap(message)))
                .isInstanceOf(DnsCodec.FormatException.class);
    }
}
