package dev.proa.server.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.status.FieldError;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What programs read differently is no address for anybody. */
class AddressesTest {
    private static final Path PATH = Path.of("spec").child("ip");

    private static List<String> problems(String address) {
        Errors errors = new Errors();
        Addresses.check(PATH, address, errors);
        return errors.toList().stream().map(FieldError::message).toList();
    }

    private static List<String> cidrProblems(String cidr) {
        Errors errors = new Errors();
        Addresses.checkCidr(PATH, cidr, errors);
        return errors.toList().stream().map(FieldError::message).toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.9.8.7",
                "0.0.0.0",
                "2001:db8::ffff",
                "2001:0db8::0001",
                "::1",
                "::1.2.3.4",
                "64:ff9b::10.0.0.1"
            })
    void takesWhatIsOne(String address) {
        assertThat(problems(address)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "010.9.8.7|must not have leading 0s",
                "10.9.8.00|must not have leading 0s",
                "::ffff:1.2.3.04|must not have leading 0s",
                "::ffff:1.2.3.4|must not be an IPv4-mapped IPv6 address",
                "::FFFF:102:304|must not be an IPv4-mapped IPv6 address",
                "10.9.8|must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
                "1.2.3.4::|must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
                "fe80::1%eth0|must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
            })
    void refusesWhatIsReadDifferently(String address, String why) {
        assertThat(problems(address)).containsExactly("Invalid value: \"" + address + "\": " + why);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/8", "0.0.0.0/0", "10.9.8.7/32", "2001:db8::/64", "::/0"})
    void takesRanges(String cidr) {
        assertThat(cidrProblems(cidr)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "010.0.0.0/8|must not have leading 0s in IP or prefix length",
                "10.0.0.0/08|must not have leading 0s in IP or prefix length",
                "::ffff:10.0.0.0/104|must not have an IPv4-mapped IPv6 address",
                "10.9.8.7/24|must not have bits set beyond the prefix length",
                "2001:db8::1/64|must not have bits set beyond the prefix length",
                "10.0.0.0/33|must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)",
                "10.0.0.0|must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
            })
    void refusesRangesThatAreReadDifferently(String cidr, String why) {
        assertThat(cidrProblems(cidr)).containsExactly("Invalid value: \"" + cidr + "\": " + why);
    }

    @Test
    void saysBothThatARangeHasBitsAndZerosTooMany() {
        assertThat(cidrProblems("10.0.0.01/8")).hasSize(2);
        assertThat(cidrProblems("::ffff:010.0.0.1/104")).hasSize(2);
    }
}
