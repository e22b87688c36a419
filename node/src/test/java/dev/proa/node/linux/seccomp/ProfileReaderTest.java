package dev.proa.node.linux.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.node.Tries;
import dev.proa.node.linux.Architecture;
import dev.proa.node.linux.Capability;
import dev.proa.node.linux.seccomp.Condition.Comparison;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileReaderTest {
    private static final ProfileReader.Container CONTAINER =
            new ProfileReader.Container(Set.of(Capability.SYS_CHROOT), Architecture.X86_64, "6.1.0-13-amd64");

    private static Profile read(String json) throws InvalidProfileException {
        return ProfileReader.read("p.json", json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), CONTAINER);
    }

    private static List<String> calls(String rules) throws InvalidProfileException {
        return read("{'defaultAction': 'SCMP_ACT_ERRNO', 'syscalls': [" + rules + "]}").rules().stream()
                .map(Rule::call)
                .toList();
    }

    @Test
    void readsWhatDockerWrites() throws InvalidProfileException {
        Profile profile = read("""
                {'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 38,
                 'archMap': [{'architecture': 'SCMP_ARCH_X86_64', 'subArchitectures': ['SCMP_ARCH_X86', 'SCMP_ARCH_X32']}],
                 'syscalls': [
                   {'names': ['read', 'write', 'chown32'], 'action': 'SCMP_ACT_ALLOW', 'args': [], 'comment': '',
                    'includes': {}, 'excludes': {}},
                   {'name': 'clone', 'action': 'SCMP_ACT_ALLOW', 'args': [
                     {'index': 0, 'value': 2114060288, 'valueTwo': 0, 'op': 'SCMP_CMP_MASKED_EQ'},
                     {'index': 1, 'value': 7, 'op': 'SCMP_CMP_GE'}]},
                   {'names': ['mount'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 1}]}
                """);
        assertThat(profile.otherwise()).isEqualTo(Action.errno(38));
        assertThat(profile.flags()).isEqualTo(4);
        assertThat(profile.rules())
                .containsExactly(
                        new Rule("read", Action.ALLOW, List.of()),
                        new Rule("write", Action.ALLOW, List.of()),
                        new Rule("chown32", Action.ALLOW, List.of()),
                        new Rule(
                                "clone",
                                Action.ALLOW,
                                List.of(
                                        new Condition(0, Comparison.MASKED_EQUAL, 0, 0x7e020000L),
                                        new Condition(1, Comparison.GREATER_OR_EQUAL, 7))),
                        new Rule("mount", Action.errno(1), List.of()));
    }

    @Test
    void choosesRulesAsDockerDoes() throws InvalidProfileException {
        String rule = "{'names': ['%s'], 'action': 'SCMP_ACT_ALLOW', '%s': %s}";
        assertThat(calls(String.join(
                        ",",
                        rule.formatted("read", "includes", "{'caps': ['CAP_SYS_CHROOT']}"),
                        rule.formatted("write", "includes", "{'caps': ['CAP_SYS_CHROOT', 'CAP_SYS_ADMIN']}"),
                        rule.formatted("open", "excludes", "{'caps': ['CAP_SYS_ADMIN']}"),
                        rule.formatted("close", "excludes", "{'caps': ['CAP_SYS_CHROOT', 'CAP_SYS_ADMIN']}"),
                        rule.formatted("stat", "includes", "{'arches': ['arm64', 'amd64']}"),
                        rule.formatted("fstat", "includes", "{'arches': ['s390x']}"),
                        rule.formatted("lstat", "excludes", "{'arches': ['amd64']}"),
                        rule.formatted("poll", "includes", "{'minKernel': '4.8'}"),
                        rule.formatted("lseek", "includes", "{'minKernel': '6.2'}"),
                        rule.formatted("mmap", "excludes", "{'minKernel': '6.1'}"))))
                .containsExactly("read", "open", "stat", "poll");
    }

    @Test
    void conditionsOfOneArgumentAreAlternatives() throws InvalidProfileException {
        assertThat(read("{'defaultAction': 'SCMP_ACT_ERRNO', 'syscalls': [{'names': ['socket'],"
                                + " 'action': 'SCMP_ACT_ALLOW', 'args': [{'index': 0, 'value': 1, 'op': 'SCMP_CMP_EQ'},"
                                + " {'index': 0, 'value': 2, 'op': 'SCMP_CMP_EQ'}]}]}")
                        .rules())
                .containsExactly(
                        new Rule("socket", Action.ALLOW, List.of(new Condition(0, Comparison.EQUAL, 1))),
                        new Rule("socket", Action.ALLOW, List.of(new Condition(0, Comparison.EQUAL, 2))));
    }

    @Test
    void aRuleThatRepeatsTheDefaultSaysNothing() throws InvalidProfileException {
        assertThat(calls("{'names': ['read', 'nothing'], 'action': 'SCMP_ACT_ERRNO'}"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{ | it is not JSON:",
                "[] | it is not a JSON object",
                "{} | defaultAction is missing",
                "{'defaultAction': 7} | defaultAction is not a string",
                "{'defaultAction': 'SCMP_ACT_MAYBE'} | defaultAction SCMP_ACT_MAYBE is not known",
                "{'defaultAction': 'SCMP_ACT_NOTIFY'} | SCMP_ACT_NOTIFY is not supported",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'defaultErrnoRet': 1} | means nothing with SCMP_ACT_ALLOW",
                "{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 4096} | is not a number from 0 to 4095: 4096",
                "{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': -1} | is not a number from 0 to 4095: -1",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'defaultAction': 'SCMP_ACT_LOG'} | it has defaultAction twice",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'listenerPath': '/x'} | field listenerPath is not supported",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'architectures': ['SCMP_ARCH_VAX']} | SCMP_ARCH_VAX is not known",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'flags': ['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV']} | not supported",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': {}} | syscalls is not a list",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [1]} | syscalls is not a list of objects",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [{'action': 'SCMP_ACT_LOG'}]} | a rule has no names",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [{'names': ['mont'], 'action': 'SCMP_ACT_ERRNO'}]} | there is no system call mont",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [{'names': ['read'], 'action': 'SCMP_ACT_ERRNO', 'argz': []}]} | field syscalls.argz is not supported",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [{'names': ['read'], 'action': 'SCMP_ACT_ERRNO', 'args': [{'index': 6, 'op': 'SCMP_CMP_EQ'}]}]} | index is not a number from 0 to 5: 6",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [{'names': ['read'], 'action': 'SCMP_ACT_ERRNO', 'args': [{'index': 0, 'value': 18446744073709551615, 'op': 'SCMP_CMP_EQ'}]}]} | value is not a number",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [{'names': ['read'], 'action': 'SCMP_ACT_ERRNO', 'args': [{'index': 0, 'value': 1, 'op': 'EQ'}]}]} | op EQ is not known",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [{'names': ['read'], 'action': 'SCMP_ACT_ERRNO', 'includes': {'minKernel': 'new'}}]} | minKernel new is not a version"
            })
    void saysWhatItCannotKeep(String json, String message) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(InvalidProfileException.class)
                .hasMessageContaining(message);
    }

    @Test
    void failsInNoOtherWay() {
        byte[] whole =
                "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]}]}"
                        .getBytes(StandardCharsets.UTF_8);
        Tries.run(5000, random -> {
            byte[] changed = whole.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(32, 127);
            }
            try {
                FilterCompiler.compile(ProfileReader.read("p.json", changed, CONTAINER), Architecture.X86_64);
            } catch (InvalidProfileException expected) {
                assertThat(expected).isNotNull().message().isNotBlank();
            }
        });
    }
}
