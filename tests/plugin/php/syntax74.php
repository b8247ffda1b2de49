<?php
/**
 * Reads PHP files as PHP 7.4 would and names what that version could not read: php syntax74.php FILE…
 *
 * Debian's php-parser knows newer grammar too; what it lets pass is looked for in the tree.
 */

require '/usr/share/php/PhpParser/autoload.php';

use PhpParser\Lexer\Emulative;
use PhpParser\Node;
use PhpParser\NodeTraverser;
use PhpParser\NodeVisitorAbstract;
use PhpParser\Parser\Php7;

final class TooNew extends NodeVisitorAbstract {

	/** Node → what it is called. */
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

	public array $found = array();
	public array $tokens;

	public function enterNode( Node $node ) {
		foreach ( self::NODES as $class => $name ) {
			if ( $node instanceof $class ) {
				$this->say( $node, $name );
			}
		}
		if ( $node instanceof Node\Arg && $node->name ) {
			$this->say( $node, 'named argument' );
		}
		if ( $node instanceof Node\Param && $node->flags ) {
			$this->say( $node, 'constructor promotion' );
		}
		if ( $node instanceof Node\Stmt\Catch_ && ! $node->var ) {
			$this->say( $node, 'catch without a variable' );
		}
		if ( $node instanceof Node\Stmt\ClassConst && $node->flags & Node\Stmt\Class_::MODIFIER_FINAL ) {
			$this->say( $node, 'final constant' );
		}
		if ( isset( $node->class ) && $node->class instanceof Node\Expr\ClassConstFetch ) {
			$this->say( $node, 'constant used as a class' );
		}
		if ( $node instanceof Node\FunctionLike ) {
			$this->function_like( $node );
		}
	}

	private function function_like( Node\FunctionLike $node ): void {
		$types = array( $node->getReturnType() );
		foreach ( $node->getParams() as $param ) {
			$types[] = $param->type;
		}
		foreach ( $types as $type ) {
			if ( $type instanceof Node\Identifier && in_array( $type->toLowerString(), self::TYPES, true )
				|| $type instanceof Node\Name && 'static' === $type->toLowerString() ) {
				$this->say( $node, "type $type" );
			}
		}
		$params = $node->getParams();
		if ( $params && ',' === $this->token_after( end( $params ) ) ) {
			$this->say( $node, 'comma after the last parameter' );
		}
	}

	private function token_after( Node $node ): string {
		$at = $node->getEndTokenPos() + 1;
		while ( is_array( $this->tokens[ $at ] ) && in_array( $this->tokens[ $at ][0], array( T_WHITESPACE, T_COMMENT ), true ) ) {
			++$at;
		}
		return is_array( $this->tokens[ $at ] ) ? $this->tokens[ $at ][1] : $this->tokens[ $at ];
	}

	private function say( Node $node, string $what ): void {
		$this->found[] = "line {$node->getStartLine()}: $what";
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
	$visitor   = new TooNew();
	$traverser = new NodeTraverser();
	$traverser->addVisitor( $visitor );
	try {
		$tree            = $parser->parse( file_get_contents( $file ) );
		$visitor->tokens = $lexer->getTokens();
		$traverser->traverse( $tree );
	} catch ( PhpParser\Error $error ) {
		$visitor->found[] = $error->getMessage();
	}
	foreach ( $visitor->found as $finding ) {
		echo "$file: $finding\n";
		$wrong = true;
	}
}
exit( $wrong ? 1 : 0 );
