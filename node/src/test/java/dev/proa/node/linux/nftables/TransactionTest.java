package dev.proa.node.linux.nftables;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.node.linux.netlink.Attributes;
import dev.proa.node.linux.netlink.NetlinkCodec;
import dev.proa.node.linux.netlink.NetlinkCodec.Request;
import dev.proa.node.linux.nftables.SetSpec.Type;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The numbers are those of the kernel's header {@code nf_tables.h}. */
class TransactionTest {
    private static final int SUBSYSTEM = 10 << 8;

    private static Attributes attributes(Request request) {
        ByteBuffer payload = ByteBuffer.wrap(request.payload());
        return Attributes.parse(payload.slice(4, payload.remaining() - 4));
    }

    private static List<Integer> types(Transaction transaction) {
        return transaction.requests().stream().map(Request::type).toList();
    }

    @Test
    void isABatchWhoseLastChangeIsAcknowledged() {
        Transaction transaction = new Transaction("t").replaceTable();

        assertThat(types(transaction)).containsExactly(16, SUBSYSTEM, SUBSYSTEM | 2, SUBSYSTEM, 17);
        assertThat(transaction.requests())
                .extracting(request -> (request.flags() & NetlinkCodec.FLAG_ACK) != 0)
                .containsExactly(false, false, false, true, false);
        assertThat(transaction.describe(2)).isEqualTo("delete table of table t");
    }

    @Test
    void aBaseChainSaysWhereItHooks() {
        Attributes chain = attributes(new Transaction("t")
                .addBaseChain("c", "nat", Transaction.Hook.OUTPUT, Transaction.PRIORITY_DESTINATION_NAT)
                .requests()
                .get(1));

        assertThat(chain.string(1)).isEqualTo("t");
        assertThat(chain.string(3)).isEqualTo("c");
        assertThat(chain.string(7)).isEqualTo("nat");
        assertThat(chain.nested(4).be32(1, -1)).isEqualTo(3);
        assertThat(chain.nested(4).be32(2, 0)).isEqualTo(-100);
    }

    @Test
    void aRuleIsAListOfNamedExpressions() {
        Attributes rule = attributes(new Transaction("t")
                .addRule(
                        "c",
                        Match.rule(
                                Match.sourceIn(Inet4Address.ofLiteral("10.1.0.0"), 16, true),
                                Match.mark(0x4000),
                                new Expression.Decide(Verdict.goTo("d"))))
                .requests()
                .get(1));

        List<Attributes> expressions = rule.nested(4).nestedAll(1);
        assertThat(expressions)
                .extracting(e -> e.string(1))
                .containsExactly("payload", "bitwise", "cmp", "meta", "bitwise", "meta", "immediate");
        assertThat(expressions.get(0).nested(2).be32(3, 0)).isEqualTo(12);
        assertThat(expressions.get(1).nested(2).nested(4).bytes(1)).containsExactly(0xff, 0xff, 0, 0);
        assertThat(expressions.get(2).nested(2).nested(3).bytes(1)).containsExactly(10, 1, 0, 0);
        Attributes verdict = expressions.get(6).nested(2).nested(2).nested(2);
        assertThat(verdict.be32(1, 0)).isEqualTo(-4);
        assertThat(verdict.string(2)).isEqualTo("d");
    }

    @Test
    void mapsSayWhatKeysAndValuesAre() {
        Attributes map = attributes(new Transaction("t")
                .addSet(SetSpec.verdictMap("m", Type.ADDRESS, Type.PROTOCOL, Type.PORT))
                .requests()
                .get(1));

        assertThat(map.be32(3, 0)).isEqualTo(8);
        assertThat(map.be32(4, 0)).isEqualTo(7 << 12 | 12 << 6 | 13);
        assertThat(map.be32(5, 0)).isEqualTo(12);
        assertThat(map.be32(6, 0)).isEqualTo(0xffffff00);
    }

    @Test
    void manyElementsTakeSeveralMessages() {
        List<SetElement> elements = IntStream.range(0, 1000)
                .mapToObj(i -> SetElement.member(Match.number(i)))
                .toList();
        Transaction transaction = new Transaction("t").addElements("s", elements);

        assertThat(transaction.size()).isEqualTo(3);
        assertThat(transaction.requests().subList(1, 4).stream()
                        .mapToInt(r -> attributes(r).nested(3).types().size())
                        .sum())
                .isEqualTo(1000);
    }

    @Test
    void deletingNamesOnlyKeys() {
        Attributes deletion = attributes(new Transaction("t")
                .deleteElements("m", List.of(SetElement.entry(Match.number(1), Match.number(2))))
                .requests()
                .get(1));

        assertThat(deletion.nested(3).nested(1).types()).containsExactly(1);
    }
}
