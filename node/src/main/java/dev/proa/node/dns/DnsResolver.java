package dev.proa.node.dns;

import dev.proa.node.dns.ClusterZone.Answer;
import dev.proa.node.dns.DnsMessage.Question;
import dev.proa.node.dns.DnsRecord.Alias;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Answers queries from the cluster's zone, and forwards the others to upstream resolvers. */
final class DnsResolver {
    private static final int MAX_ALIASES = 8;
    private static final int INTERNET = 1;

    private final Upstreams upstreams;

    DnsResolver(Upstreams upstreams) {
        this.upstreams = upstreams;
    }

    /**
     * Answers from the zone alone, without blocking.
     *
     * @return null when the upstream resolvers must be asked, by {@link #forward}
     */
    @Nullable
    DnsMessage answer(ClusterZone zone, DnsMessage query) {
        Question question = query.question();
        if (query.opcode() != 0) {
            return query.answer(DnsMessage.NOT_IMPLEMENTED);
        }
        if (query.edns() != null && query.edns().version() != 0) {
            return query.answer(DnsMessage.BAD_VERSION);
        }
        if (question == null) {
            return query.answer(DnsMessage.FORMAT_ERROR);
        }
        if (question.space() != INTERNET) {
            return query.answer(DnsMessage.REFUSED);
        }
        return switch (zone.find(question.key(), question.type())) {
            case Answer.Found found -> found(zone, query, question, found);
            case Answer.Nothing nothing -> no(zone, query, DnsMessage.OK);
            case Answer.NoSuchName none -> no(zone, query, DnsMessage.NO_SUCH_NAME);
            case Answer.NotHere other -> upstreams.isEmpty() ? query.answer(DnsMessage.SERVER_FAILURE) : null;
        };
    }

    /** Asks the upstream resolvers. Blocks. */
    ByteBuffer forward(ClusterZone zone, DnsMessage query, ByteBuffer bytes, boolean tcp) {
        try {
            Alias alias = aliasToElsewhere(zone, query);
            if (alias == null) {
                return upstreams.ask(bytes, tcp);
            }
            return DnsCodec.encode(followElsewhere(zone, query, alias), tcp ? 0xffff : query.maxBytes());
        } catch (IOException e) {
            return DnsCodec.encode(query.answer(DnsMessage.SERVER_FAILURE), DnsMessage.CLASSIC_BYTES);
        }
    }

    private @Nullable DnsMessage found(ClusterZone zone, DnsMessage query, Question question, Answer.Found found) {
        List<DnsRecord> records = new ArrayList<>(found.records());
        Answer.Found last = found;
        for (int i = 0; i < MAX_ALIASES; i++) {
            Alias alias = alias(last, question.type());
            if (alias == null) {
                return query.answer(DnsMessage.OK, records, List.of(), last.additional())
                        .with(DnsMessage.AUTHORITATIVE);
            }
            switch (zone.find(alias.target(), question.type())) {
                case Answer.Found next -> {
                    records.addAll(next.records());
                    last = next;
                }
                case Answer.NotHere elsewhere -> {
                    return upstreams.isEmpty() ? query.answer(DnsMessage.OK, records, List.of(), List.of()) : null;
                }
                case Answer.Nothing nothing -> {
                    return query.answer(DnsMessage.OK, records, List.of(zone.authority()), List.of());
                }
                case Answer.NoSuchName none -> {
                    return query.answer(DnsMessage.NO_SUCH_NAME, records, List.of(zone.authority()), List.of());
                }
            }
        }
        return query.answer(DnsMessage.SERVER_FAILURE);
    }

    private static DnsMessage no(ClusterZone zone, DnsMessage query, int code) {
        return query.answer(code, List.of(), List.of(zone.authority()), List.of())
                .with(DnsMessage.AUTHORITATIVE);
    }

    private static @Nullable Alias alias(Answer.Found found, int type) {
        if (type == DnsType.CNAME || type == DnsType.ANY) {
            return null;
        }
        return found.records().size() == 1 && found.records().getFirst().data() instanceof Alias alias ? alias : null;
    }

    /** The last CNAME of a chain that starts in the zone and leads out of it, or null. */
    private static @Nullable Alias aliasToElsewhere(ClusterZone zone, DnsMessage query) {
        Question question = query.question();
        Alias last = null;
        String name = question == null ? "" : question.key();
        for (int i = 0; i < MAX_ALIASES && question != null; i++) {
            if (!(zone.find(name, question.type()) instanceof Answer.Found found)) {
                return last;
            }
            last = alias(found, question.type());
            if (last == null) {
                return null;
            }
            name = last.target();
        }
        return last;
    }

    /** The zone's CNAME records, followed by the upstream resolvers' answer for the name they lead to. */
    private DnsMessage followElsewhere(ClusterZone zone, DnsMessage query, Alias alias) throws IOException {
        Question question = query.question();
        if (question == null) {
            return query.answer(DnsMessage.FORMAT_ERROR);
        }
        List<DnsRecord> records = new ArrayList<>();
        String name = question.key();
        while (zone.find(name, question.type()) instanceof Answer.Found found
                && found.records().getFirst().data() instanceof Alias next) {
            records.addAll(found.records());
            name = next.target();
        }
        DnsMessage further =
                DnsMessage.query(ThreadLocalRandom.current().nextInt(0x10000), alias.target(), question.type());
        try {
            DnsMessage answer =
                    DnsCodec.decode(upstreams.ask(DnsCodec.encode(further, DnsMessage.CLASSIC_BYTES), true));
            records.addAll(answer.answers());
            return query.answer(answer.code(), records, List.of(), List.of());
        } catch (DnsCodec.FormatException e) {
            throw new IOException("An upstream resolver sent something that is no answer", e);
        }
    }
}
