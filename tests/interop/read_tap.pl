# SPDX-License-Identifier: MIT
# The reader of perl's prove: prints what TAP::Parser finds in a TAP file as JSON.
use strict;
use warnings;
use JSON::PP;
use TAP::Parser;

my $parser = TAP::Parser->new({ source => $ARGV[0] });
my (@tests, @blocks);
while (my $result = $parser->next) {
  if ($result->is_test) {
    push @tests, {
      ok => $result->is_ok ? JSON::PP::true : JSON::PP::false,
      skip => $result->has_skip ? JSON::PP::true : JSON::PP::false,
      description => $result->description,
    };
  } elsif ($result->is_yaml) {
    $tests[-1]{yaml} = $result->data;
  }
}
print JSON::PP->new->latin1->canonical->encode({
  tests => \@tests,
  planned => $parser->tests_planned,
  errors => [$parser->parse_errors],
});
