package dev.proa.cli.ldap;

import java.util.List;

/**
 * A user of the directory, as Kubernetes sees it.
 *
 * @param login the name that the user gave
 * @param id that stays when the name is given to somebody else; empty for none
 */
public record Person(String login, String name, String id, List<String> groups) {
    public Person {
        groups = List.copyOf(groups);
    }
}
