package dev.proa.control.scheduler.plugin.dynamicresources;

import dev.proa.api.core.v1.Node;
import dev.proa.api.resource.v1.DeviceClass;
import dev.proa.api.resource.v1.DeviceConstraint;
import dev.proa.api.resource.v1.DeviceSelector;
import dev.proa.api.resource.v1.ResourceClaim;
import dev.proa.api.value.MapValue;
import dev.proa.control.resourceclaim.DeviceSelectors.SelectorFailure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds devices of a node for claims: the first ones that suit, in the order of pools and slices, going back where a choice leaves
 * nothing for a later request. For one search.
 */
final class Allocator {
    /** How many devices a claim can have. */
    static final int MOST_DEVICES = 32;

    private final Node node;
    private final List<Pool> pools;
    private final Predicate<DeviceId> inUse;
    private final CompiledSelectors selectors;
    private final BooleanSupplier late;
    private final List<Request> requests = new ArrayList<>();
    private final List<List<Constraint>> constraints = new ArrayList<>();
    private final List<ResourceClaim> claims;
    private final List<List<Taken>> taken = new ArrayList<>();
    private final Request.Option[] chosen;
    private final Map<DeviceId, Set<Integer>> takenBy = new HashMap<>();
    private final Map<Request.Option, Map<DeviceId, Boolean>> matches = new IdentityHashMap<>();
    private final Map<Request.Option, List<Pool.Member>> allDevices = new IdentityHashMap<>();

    /** A device for a request. */
    record Taken(Request.Option option, Pool.Member member) {}

    /** Why nothing can be allocated that trying another node does not change. */
    static final class AllocationFailure extends RuntimeException {
        private static final long serialVersionUID = 1;

        AllocationFailure(String message) {
            super(message);
        }
    }

    /**
     * @param inUse whether a device is allocated to another claim
     * @param classes finds a DeviceClass by its name
     * @param late whether the search takes too long
     */
    Allocator(
            Node node,
            List<Pool> pools,
            List<ResourceClaim> claims,
            Predicate<DeviceId> inUse,
            Function<String, DeviceClass> classes,
            CompiledSelectors selectors,
            BooleanSupplier late) {
        this.node = node;
        this.pools = pools;
        this.claims = claims;
        this.inUse = inUse;
        this.selectors = selectors;
        this.late = late;
        for (int i = 0; i < claims.size(); i++) {
            requests.addAll(Request.of(i, claims.get(i), classes));
            List<Constraint> own = new ArrayList<>();
            for (DeviceConstraint constraint : claims.get(i).spec().devices().constraints()) {
                own.add(new Constraint(constraint));
            }
            constraints.add(own);
            taken.add(new ArrayList<>());
        }
        this.chosen = new Request.Option[requests.size()];
    }

    /**
     * An allocation for each claim; null when there are not enough devices.
     *
     * @throws AllocationFailure when a selector fails, a pool is not complete whose devices are all asked for, or the search took too long
     */
    @Nullable
    List<MapValue> allocate() {
        if (place(0)) {
            List<MapValue> results = new ArrayList<>();
            for (int i = 0; i < claims.size(); i++) {
                results.add(AllocationResults.of(claims.get(i), options(i), taken.get(i)));
            }
            return results;
        }
        if (pools.stream().anyMatch(pool -> pool.problem() == Pool.Problem.INVALID)) {
            throw new InvalidPools();
        }
        return null;
    }

    /** There are too few devices, and a pool is invalid which may have more. */
    static final class InvalidPools extends RuntimeException {
        private static final long serialVersionUID = 1;

        InvalidPools() {
            super("invalid resource pools were encountered");
        }
    }

    private List<Request.Option> options(int claim) {
        List<Request.Option> found = new ArrayList<>();
        for (int i = 0; i < chosen.length; i++) {
            if (requests.get(i).claim() == claim) {
                found.add(chosen[i]);
            }
        }
        return found;
    }

    /** Finds devices for a request and all that follow. */
    private boolean place(int index) {
        if (index == requests.size()) {
            return true;
        }
        for (Request.Option option : requests.get(index).options()) {
            chosen[index] = option;
            boolean found = option.all() ? placeAll(index, option) : placeSome(index, option, option.count(), 0, 0);
            if (found) {
                return true;
            }
        }
        return false;
    }

    private boolean placeAll(int index, Request.Option option) {
        List<Pool.Member> members = allDevices.computeIfAbsent(option, this::selectable);
        int claim = requests.get(index).claim();
        if (members.isEmpty() || taken.get(claim).size() + members.size() > MOST_DEVICES) {
            return false;
        }
        int count = 0;
        while (count < members.size() && take(claim, option, members.get(count))) {
            count++;
        }
        if (count == members.size() && place(index + 1)) {
            return true;
        }
        for (int i = count - 1; i >= 0; i--) {
            release(claim, option, members.get(i));
        }
        return false;
    }

    private List<Pool.Member> selectable(Request.Option option) {
        List<Pool.Member> found = new ArrayList<>();
        for (Pool pool : pools) {
            if (pool.problem() != Pool.Problem.NONE) {
                String state = pool.problem() == Pool.Problem.INCOMPLETE ? "being updated" : "invalid";
                throw new AllocationFailure("request " + option.name() + ": asks for all devices, but resource pool "
                        + pool.name() + " is currently " + state);
            }
            pool.usable().stream().filter(member -> isSelected(option, member)).forEach(found::add);
        }
        return found;
    }

    /**
     * Finds {@code left} more devices from a position on: which of several equal devices comes first makes no difference, so that each
     * set of devices is tried once.
     */
    private boolean placeSome(int index, Request.Option option, long left, int fromPool, int fromMember) {
        if (left == 0) {
            return place(index + 1);
        }
        int claim = requests.get(index).claim();
        if (left > MOST_DEVICES - taken.get(claim).size()) {
            return false;
        }
        if (late.getAsBoolean()) {
            throw new AllocationFailure("node " + node.name() + ": timed out trying to allocate devices");
        }
        for (int p = fromPool; p < pools.size(); p++) {
            List<Pool.Member> members = pools.get(p).usable();
            for (int m = p == fromPool ? fromMember : 0; m < members.size(); m++) {
                Pool.Member member = members.get(m);
                if (isFree(claim, option, member) && isSelected(option, member) && take(claim, option, member)) {
                    if (placeSome(index, option, left - 1, p, m + 1)) {
                        return true;
                    }
                    release(claim, option, member);
                }
            }
        }
        return false;
    }

    /** Administrators may use what others have, but each claim has a device only once. */
    private boolean isFree(int claim, Request.Option option, Pool.Member member) {
        Set<Integer> others = takenBy.getOrDefault(member.id(), Set.of());
        return option.adminAccess() ? !others.contains(claim) : others.isEmpty() && !inUse.test(member.id());
    }

    private boolean take(int claim, Request.Option option, Pool.Member member) {
        if (!isFree(claim, option, member)
                || !option.tolerates(member.device().taints())
                || member.device().hasBindingConditions()
                || !hasCounters(member)) {
            return false;
        }
        List<Constraint> all = constraints.get(claim);
        for (int i = 0; i < all.size(); i++) {
            if (!all.get(i).add(option, member)) {
                all.subList(0, i).forEach(constraint -> constraint.remove(option));
                return false;
            }
        }
        takenBy.computeIfAbsent(member.id(), id -> new HashSet<>()).add(claim);
        taken.get(claim).add(new Taken(option, member));
        return true;
    }

    private void release(int claim, Request.Option option, Pool.Member member) {
        taken.get(claim).removeLast();
        takenBy.getOrDefault(member.id(), new HashSet<>()).remove(claim);
        constraints.get(claim).forEach(constraint -> constraint.remove(option));
    }

    /** Whether enough is left of the counters that the device shares with others of its pool (KEP-4815). */
    private boolean hasCounters(Pool.Member member) {
        if (member.device().consumesCounters().isEmpty()) {
            return true;
        }
        Pool pool = pools.stream()
                .filter(one -> one.usable().contains(member))
                .findFirst()
                .orElseThrow();
        return Counters.suffice(
                pool,
                member,
                other -> inUse.test(other)
                        || !takenBy.getOrDefault(other, Set.of()).isEmpty());
    }

    private boolean isSelected(Request.Option option, Pool.Member member) {
        return matches.computeIfAbsent(option, any -> new HashMap<>())
                .computeIfAbsent(
                        member.id(),
                        id -> isSelected(
                                        option.type().spec().selectors(),
                                        member,
                                        "class " + option.type().name())
                                && isSelected(option.selectors(), member, "request " + option.name()));
    }

    private boolean isSelected(List<DeviceSelector> all, Pool.Member member, String whose) {
        for (int i = 0; i < all.size(); i++) {
            try {
                if (!selectors
                        .of(all.get(i).cel().expression())
                        .matches(member.id().driver(), member.device())) {
                    return false;
                }
            } catch (SelectorFailure e) {
                throw new AllocationFailure(whose + ": selector #" + i + ": " + e.getMessage());
            }
        }
        return true;
    }
}
