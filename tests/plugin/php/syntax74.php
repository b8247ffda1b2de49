<?php
/**
 * Lists what PHP 7.4 cannot parse in PHP files: php syntax74.php FILE…
 *
 * Debian's php-parser accepts newer syntax too, so that the tree is searched for it.
 */

require '/usr/share/php/PhpParser/autoload.php';

use PhpParser\Lexer\Emulative;
use PhpParser\Node;
use PhpParser\NodeTraverser;
use PhpParser\NodeVisitorAbstract;
use PhpParser\Parser\Php7;

final class NewSyntaxVisitor extends NodeVisitorAbstract {

	/** Names of the constructs that PHP 7.4 lacks, by node class. */
	const NODES = array(
		Node\UnionType::class              => 'union type',
		Node\IntersectionType::class       => 'intersection type',
		Node\Expr\Match_::class            => 'match',
		Node\Expr\NullsafeMethodCall::class => 'nullsafe call',
		Node\Expr\NullsafePropertyFetch::class => 'nullsafe property',
		Node\Expr\Throw_::class            => 'throw as an expression',
		Node\Stmt\Enum_::class             => 'enum',
		Node\AttributeGroup::class         => 'attribute',
		Node\VariadicPlaceholder::class    => 'first-class callable',
	);

	const TYPES = array( 'mixed', 'static', 'never', 'null', 'false', 'true' );

	public array $findings = array();
	public array $tokens;

	public function enterNode( Node $node ) {
		foreach ( self::NODES as $class => $name ) {
			if ( $node instanceof $class ) {
				$this->report( $node, $name );
			}
		}
		if ( $node instanceof Node\Arg && $node->name ) {
			$this->report( $node, 'named argument' );
		}
		if ( $node instanceof Node\Param && $node->flags ) {
			$this->report( $node, 'constructor promotion' );
		}
		if ( $node instanceof Node\Stmt\Catch_ && ! $node->var ) {
			$this->report( $node, 'catch without a variable' );
		}
		if ( $node instanceof Node\Stmt\ClassConst && $node->flags & Node\Stmt\Class_::MODIFIER_FINAL ) {
			$this->report( $node, 'final constant' );
		}
		if ( isset( $node->class ) && $node->class instanceof Node\Expr\ClassConstFetch ) {
			$this->report( $node, 'constant used as a class' );
		}
		if ( $node instanceof Node\FunctionLike ) {
			$this->check_function( $node );
		}
	}

	private function check_function( Node\FunctionLike $node ): void {
		$types = array( $node->getReturnType() );
		foreach ( $node->getParams() as $param ) {
			$types[] = $param->type;
		}
		foreach ( $types as $type ) {
			if ( $type instanceof Node\Identifier && in_array( $type->toLowerString(), self::TYPES, true )
				|| $type instanceof Node\Name && 'static' === $type->toLowerString() ) {
				$this->report( $node, "type $type" );
			}
		}
		$params = $node->getParams();
		if ( $params && ',' === $this->get_token_after( end( $params ) ) ) {
			$this->report( $node, 'comma after the last parameter' );
		}
	}

	private function get_token_after( Node $node ): string {
		$position = $node->getEndTokenPos() + 1;
		while ( is_array( $this->tokens[ $position ] ) && in_array( $this->tokens[ $position ][0], array( T_WHITESPACE, T_COMMENT ), true ) ) {
			++$position;
		}
		return is_array( $this->tokens[ $position ] ) ? $this->tokens[ $position ][1] : $this->tokens[ $position ];
	}

	private function report( Node $node, string $construct ): void {
		$this->findings[] = "line {$node->getStartLine()}: $construct";
	}
}

$lexer  = new Emulative(
	array(
		'phpVersion'     => '7.4',
		'usedAttributes' => array( 'comments', 'startLine', 'endLine', 'startTokenPos', 'endTokenPos' ),
	)
);
$parser = new Php7( $lexer );
$wrong  = false;
foreach ( array_slice( $argv, 1 ) as $file ) {
	$visitor   = new NewSyntaxVisitor();
	$traverser = new NodeTraverser();
	$traverser->addVisitor( $visitor );
	try {
		$tree            = $parser->parse( file_get_contents( $file ) );
		$visitor->tokens = $lexer->getTokens();
		$traverser->traverse( $tree );
	} catch ( PhpParser\Error $error ) {
		$visitor->findings[] = $error->getMessage();
	}
	foreach ( $visitor->findings as $finding ) {
		echo "$file: $finding\n";
		$wrong = true;
	}
}
exit( $wrong ? 1 : 0 );
